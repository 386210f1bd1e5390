import { components } from '../entries/names.ts';
import { FormatError } from '../errors.ts';
import type { Records } from './records.ts';
import { type Node, ROOT, type Tree } from './tree.ts';

/** A mark: nothing below the given layers is seen at this path, nor under it. */
export const HIDDEN = 1;
/** A mark: nothing below the given layers is seen under this directory, but its own header may be. */
export const OPAQUE = 2;

/** The record of a directory that no header names, but that must be there again after a deletion. */
export const INVENTED = -1;

/** As many symlinks as Linux follows in one path. */
const LINK_LIMIT = 40;

/** Where a path leads. */
export interface Resolution {
  readonly node: Node | undefined;
  /** Whether a missing node is known not to be below either. */
  readonly gone: boolean;
  /** The path as it resolves, as far as that is known. */
  readonly path: string[];
}

/** Follows paths through the symlinks of the layers, never above the root. */
export interface Resolver {
  /**
   * Follows the directories of a path from the root. To `place` an entry there, they are made, as `layer`'s; to `hide`
   * something there, that is pointless where nothing can be; to `look`, nothing changes. A loop is a FormatError.
   */
  walk(path: readonly string[], purpose: 'place' | 'hide' | 'look', layer: number): Resolution;
  /** What stands at a path, once its directories, and itself where it is one, were followed as symlinks. */
  find(path: string): Node | undefined;
  /** Whether nothing below the given layers is seen at a node. */
  isHidden(node: Node): boolean;
  isDirectory(record: number): boolean;
  /** Tells that a record is a symlink, and where that leads. */
  setTarget(record: number, target: string): void;
}

export function resolver(tree: Tree, records: Records): Resolver {
  const targets = new Map<number, string>();

  const isDirectory = (record: number): boolean => record === INVENTED || records.type(record) === 'directory';
  const hides = (node: Node): boolean => (tree.marks(node) & (HIDDEN | OPAQUE)) !== 0;

  function isHidden(node: Node): boolean {
    for (let at = node; ; at = tree.parent(at)) {
      if (hides(at)) return true;
      if (at === ROOT) return false;
    }
  }

  function walk(path: readonly string[], purpose: 'place' | 'hide' | 'look', layer: number): Resolution {
    const steps = path.toReversed();
    const missing = (node: Node, gone: boolean, part: string): Resolution => {
      const rest = [...tree.path(node), part, ...steps.toReversed()].join('/');
      return { node: undefined, gone, path: components(rest) ?? [] };
    };
    let node: Node = ROOT;
    let hidden = hides(ROOT);
    let links = 0;
    for (let part = steps.pop(); part !== undefined; part = steps.pop()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        node = tree.parent(node);
        hidden = isHidden(node);
        continue;
      }
      let child = tree.child(node, part);
      if (child === undefined) {
        if (purpose === 'look' || (purpose === 'hide' && hidden)) return missing(node, hidden, part);
        child = tree.add(node, part);
      }
      const record = tree.record(child);
      const target = targets.get(record);
      if (target !== undefined) {
        if (++links > LINK_LIMIT) throw new FormatError('is reached through a loop of symlinks');
        if (target.startsWith('/')) {
          node = ROOT;
          hidden = hides(ROOT);
        }
        for (const step of target.split('/').reverse()) steps.push(step);
        continue;
      }
      const removed = record === 0 && (hidden || (tree.marks(child) & HIDDEN) !== 0);
      if (removed || (record !== 0 && !isDirectory(record))) {
        if (purpose !== 'place') return missing(node, true, part);
        tree.put(child, INVENTED, layer);
      }
      hidden ||= hides(child);
      node = child;
    }
    return { node, gone: false, path: purpose === 'look' ? tree.path(node) : [] };
  }

  function find(path: string): Node | undefined {
    let rest = path;
    for (let links = 0; links <= LINK_LIMIT; links++) {
      const parts = rest.split('/').filter((part) => part !== '' && part !== '.');
      const name = parts.pop();
      const parent = walk(name === '..' ? [...parts, '..'] : parts, 'look', 0).node;
      if (parent === undefined || name === undefined || name === '..') return parent;
      const node = tree.child(parent, name);
      const target = node === undefined ? undefined : targets.get(tree.record(node));
      if (target === undefined) return node;
      rest = target.startsWith('/') ? target : [...tree.path(parent), target].join('/');
    }
    throw new FormatError('is reached through a loop of symlinks');
  }

  return {
    walk,
    find,
    isHidden,
    isDirectory,
    setTarget(record, target) {
      targets.set(record, target);
    },
  };
}
