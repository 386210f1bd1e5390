import { LINK_LIMIT, LINK_STEPS } from '../bytes/limits.ts';
import { components } from '../entries/names.ts';
import { isWhiteout } from '../entries/whiteout.ts';
import { FormatError } from '../errors.ts';
import type { Records } from './records.ts';
import { type Node, ROOT, type Tree } from './tree.ts';

/** A mark: nothing below the given layers is seen at this path, nor under it. */
export const HIDDEN = 1;
/** A mark: nothing below the given layers is seen under this directory, but its own header may be. */
export const OPAQUE = 2;

/** The record of a directory that no header names, but that must be there again after a deletion. */
export const INVENTED = -1;

/** Where a path leads. */
export interface Resolution {
  readonly node: Node | undefined;
  /** Whether nothing below the given layers is seen at the node; where it is missing, that it is not below either. */
  readonly hidden: boolean;
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
  isDirectory(record: number): boolean;
  /** Tells that a record is a symlink, and where that leads. */
  setTarget(record: number, target: string): void;
}

/** Where a symlink leads. */
interface Target {
  readonly isAbsolute: boolean;
  readonly steps: readonly string[];
}

/** Makes a resolver of the paths of a tree, which knows no symlinks yet. */
export function resolver(tree: Tree, records: Records): Resolver {
  const targets = new Map<number, Target>();
  /** Walks that were made, and the steps of symlinks in them. */
  let walks = 0;
  /** Where symlinks led, by their nodes: many paths go through the same. */
  const jumps = new Map<Node, { readonly version: number; readonly node: Node; readonly hidden: boolean }>();
  let linkSteps = 0;

  const isDirectory = (record: number): boolean => record === INVENTED || records.type(record) === 'directory';
  const hides = (node: Node): boolean => (tree.marks(node) & (HIDDEN | OPAQUE)) !== 0;

  /** Counts steps that the symlinks cost: a few bytes must not make many of them. */
  function spend(count: number): void {
    linkSteps += count;
    if (linkSteps > LINK_STEPS.base + LINK_STEPS.entry * walks) {
      throw new FormatError('is one of too many paths through long symlinks');
    }
  }

  function isHidden(node: Node): boolean {
    for (let at = node; ; at = tree.parent(at)) {
      spend(1);
      if (hides(at)) return true;
      if (at === ROOT) return false;
    }
  }

  function walk(path: readonly string[], purpose: 'place' | 'hide' | 'look', layer: number): Resolution {
    walks++;
    const steps = path.toReversed();
    const missing = (node: Node, hidden: boolean, part: string): Resolution => {
      const rest = [...tree.path(node), part, ...steps.toReversed()].join('/');
      return { node: undefined, hidden, path: components(rest) ?? [] };
    };
    let node: Node = ROOT;
    let hidden = hides(ROOT);
    /** Whether the nodes from the root down to the one above are hidden: `..` goes back to what was known there. */
    let above: boolean[] | undefined = [];
    let links = 0;
    /** Symlinks that are being followed, and how many steps are left when each has been. */
    const following: { readonly link: Node; readonly left: number }[] = [];
    for (;;) {
      for (let last = following.at(-1); last && steps.length <= last.left; last = following.at(-1)) {
        jumps.set(last.link, { version: tree.version(), node, hidden });
        following.pop();
      }
      const part = steps.pop();
      if (part === undefined) break;
      if (following.length > 0) spend(1);
      if (part === '' || part === '.') continue;
      if (part === '..') {
        node = tree.parent(node);
        hidden = above === undefined ? isHidden(node) : (above.pop() ?? hides(ROOT));
        continue;
      }
      let child = tree.child(node, part);
      if (child === undefined) {
        if (purpose === 'look' || (purpose === 'hide' && hidden)) return missing(node, hidden, part);
        // A symlink may lead there, though no path is named so.
        if (isWhiteout(part)) throw new FormatError('leads to a path inside a whiteout');
        child = tree.add(node, part);
      }
      const record = tree.record(child);
      const target = targets.get(record);
      if (target !== undefined) {
        if (++links > LINK_LIMIT) throw new FormatError('is reached through a loop of symlinks');
        const jump = jumps.get(child);
        if (jump?.version === tree.version()) {
          ({ node, hidden } = jump);
          above = undefined;
          continue;
        }
        following.push({ link: child, left: steps.length });
        if (target.isAbsolute) {
          node = ROOT;
          hidden = hides(ROOT);
          above = [];
        }
        for (let at = target.steps.length - 1; at >= 0; at--) steps.push(target.steps[at]!);
        continue;
      }
      const removed = record === 0 && (hidden || (tree.marks(child) & HIDDEN) !== 0);
      if (removed || (record !== 0 && !isDirectory(record))) {
        if (purpose !== 'place') return missing(node, true, part);
        tree.put(child, INVENTED, layer);
      }
      above?.push(hidden);
      hidden ||= hides(child);
      node = child;
    }
    return { node, hidden, path: purpose === 'look' ? tree.path(node) : [] };
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
      const own = target.steps.join('/');
      rest = target.isAbsolute ? own : [...tree.path(parent), own].join('/');
    }
    throw new FormatError('is reached through a loop of symlinks');
  }

  return {
    walk,
    find,
    isDirectory,
    setTarget(record, target) {
      targets.set(record, { isAbsolute: target.startsWith('/'), steps: target.split('/') });
    },
  };
}
