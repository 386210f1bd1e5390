import { drop } from '../entries/body.ts';
import type { Entry } from '../entries/entry.ts';
import { FormatError, InputError } from '../errors.ts';
import { components, toText } from '../entries/names.ts';
import type { Records } from './records.ts';
import { type Node, ROOT, type Tree } from './tree.ts';

/*
 * The rules by which layers are stacked (OCI image specification, layer.md, "Representing Changes"), on an index of
 * what they name. What lies below the lowest layer is not known: where it is removed or covered is remembered.
 */

/** Nothing below the given layers is seen at this path, nor under it. */
export const HIDDEN = 1;
/** Nothing below the given layers is seen under this directory, but its own header may be. */
export const OPAQUE = 2;

/** The record of a directory that no header names, but that must be there again after a deletion. */
export const INVENTED = -1;

const WHITEOUT = '.wh.';
export const OPAQUE_WHITEOUT = '.wh..wh..opq';

/** As many symlinks as Linux follows in one path. */
const LINK_LIMIT = 40;

export interface Stack {
  /** Applies the next entry of a layer; layers are numbered from 1, lowest first. Waits only for bodies to be copied. */
  apply(entry: Entry, layer: number, input: string): void | Promise<void>;
  /** Hard links to files of layers that were not given: what each points to. */
  readonly external: ReadonlyMap<number, string>;
  /** What stands at a path inside the root, once its directories and itself, where it is one, were followed as symlinks. */
  find(path: string): Node | undefined;
}

interface Seen {
  readonly node: Node | undefined;
  /** Whether a missing node is known not to be below either. */
  readonly gone: boolean;
  /** The path as it resolves, as far as that is known. */
  readonly path: string[];
}

export function stack(tree: Tree, records: Records): Stack {
  const targets = new Map<number, string>();
  const external = new Map<number, string>();
  let layer = 0;
  /** Nodes under which this layer has left nothing of those below: to look again would take as long as the first time. */
  const cleared = new Set<Node>();

  const isDirectory = (record: number): boolean => record === INVENTED || records.type(record) === 'directory';
  const hides = (node: Node): boolean => (tree.marks(node) & (HIDDEN | OPAQUE)) !== 0;

  function isHidden(node: Node): boolean {
    for (let at = node; ; at = tree.parent(at)) {
      if (hides(at)) return true;
      if (at === ROOT) return false;
    }
  }

  /**
   * Follows the directories of a path from the root, through symlinks, never above the root. To `place` an entry
   * there, they are made; to `hide` something there, that is pointless where nothing can be; to `look`, nothing changes.
   */
  function walk(path: readonly string[], purpose: 'place' | 'hide' | 'look'): Seen {
    const todo = path.toReversed();
    const missing = (node: Node, gone: boolean, part: string): Seen => {
      return {
        node: undefined,
        gone,
        path: components([...tree.path(node), part, ...todo.toReversed()].join('/')) ?? [],
      };
    };
    let node: Node = ROOT;
    let hidden = hides(ROOT);
    let links = 0;
    for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
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
        for (const step of target.split('/').reverse()) todo.push(step);
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

  function place(path: readonly string[], name: string, record: number, directory: boolean): void {
    const parent = walk(path, 'place').node ?? ROOT;
    const node = tree.child(parent, name) ?? tree.add(parent, name);
    if (!directory) {
      tree.removeChildren(node);
      // Linked to where it was, a file of a layer below is still the one that is seen there.
      tree.mark(node, isOwn(node, record) && !isHidden(parent) ? 0 : HIDDEN);
    }
    tree.put(node, record, layer);
  }

  /** Whether a record is a file of a layer that was not given, at the very path where it stands there. */
  function isOwn(node: Node, record: number): boolean {
    const target = external.get(record);
    return target !== undefined && target === tree.path(node).join('/');
  }

  /** Takes away what lower layers put at a node and under it. What this layer put there stays. */
  function prune(top: Node): void {
    const subtree: [parent: Node, name: string, node: Node][] = [];
    const todo: Node[] = [top];
    for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
      for (const [name, child] of tree.children(node)) {
        subtree.push([node, name, child]);
        todo.push(child);
      }
    }
    for (const [parent, name, node] of subtree.reverse()) {
      dropLower(node);
      if (tree.record(node) === 0) tree.remove(parent, name);
    }
    dropLower(top);
  }

  function dropLower(node: Node): void {
    if (tree.record(node) !== 0 && tree.layer(node) < layer) tree.put(node, 0, layer);
    if (tree.record(node) === 0 && !tree.isLeaf(node)) tree.put(node, INVENTED, layer);
  }

  function hide(parent: Node, name: string): void {
    const node = tree.child(parent, name) ?? tree.add(parent, name);
    // Taken away and linked to again by one layer.
    if (tree.layer(node) === layer && isOwn(node, tree.record(node)) && !isHidden(parent)) return;
    // What was under an opaque directory is gone already, but not the directory.
    if (cleared.has(node)) dropLower(node);
    else prune(node);
    cleared.add(node);
    tree.mark(node, tree.marks(node) | HIDDEN);
  }

  function hideChildren(node: Node): void {
    if (cleared.has(node)) return;
    cleared.add(node);
    for (const [name, child] of [...tree.children(node)]) {
      prune(child);
      if (tree.record(child) === 0) tree.remove(node, name);
    }
    tree.mark(node, tree.marks(node) | OPAQUE);
  }

  function whiteout(path: readonly string[], name: string): void {
    const directory = walk(path, 'hide').node;
    if (directory === undefined) return;
    if (name === OPAQUE_WHITEOUT) hideChildren(directory);
    else hide(directory, name.slice(WHITEOUT.length));
  }

  /** The record that a hard link shares, or undefined where its target is in a layer that was not given. */
  function linked(linkname: string): { record: number | undefined; path: string } {
    const path = components(linkname);
    const name = path?.pop();
    const told = `is a hard link to ${toText(linkname)}`;
    if (path === undefined || name === undefined) throw new FormatError(`${told}, which is not a file inside the root`);
    const directory = walk(path, 'look');
    const node = directory.node === undefined ? undefined : tree.child(directory.node, name);
    const record = node === undefined ? 0 : tree.record(node);
    if (record !== 0 && isDirectory(record)) throw new FormatError(`${told}, which is a directory`);
    const hidden = directory.node === undefined ? directory.gone : isHidden(node ?? directory.node);
    if (record === 0 && hidden) throw new FormatError(`${told}, which was removed`);
    return { record: record === 0 ? undefined : record, path: [...directory.path, name].join('/') };
  }

  function add(entry: Entry, path: string[]): void | Promise<void> {
    const { type, linkname } = entry.header;
    const name = path.pop();
    if (name === undefined && type !== 'directory') throw new FormatError('is the root, and not a directory');
    const link = type === 'link' ? linked(linkname) : undefined;
    const enter = (record: number): void => {
      if (link && link.record === undefined) external.set(record, link.path);
      if (type === 'symlink') targets.set(record, linkname);
      if (name === undefined) tree.put(ROOT, record, layer);
      else place(path, name, record, type === 'directory');
    };
    const record = link?.record ?? records.add(entry);
    return typeof record === 'number' ? enter(record) : record.then(enter);
  }

  function applied(entry: Entry): void | Promise<void> {
    const path = components(entry.header.name);
    if (path === undefined) throw new FormatError('climbs out of the root');
    // AUFS kept its own books under such names; no applier makes files of them.
    const books = path.findIndex((part) => part.startsWith(`${WHITEOUT}${WHITEOUT}`));
    if (books >= 0 && !(books === path.length - 1 && path[books] === OPAQUE_WHITEOUT)) return drop(entry);
    const last = path.at(-1);
    if (path.some((part, at) => at < path.length - 1 && part.startsWith(WHITEOUT))) {
      throw new FormatError('is a path inside a whiteout');
    }
    if (!last?.startsWith(WHITEOUT)) return add(entry, path);
    if (['', '.', '..'].includes(last.slice(WHITEOUT.length))) throw new FormatError('is a whiteout of nothing');
    whiteout(path.slice(0, -1), last);
    return drop(entry);
  }

  function find(path: string): Node | undefined {
    let todo = path;
    for (let links = 0; links <= LINK_LIMIT; links++) {
      const parts = todo.split('/').filter((part) => part !== '' && part !== '.');
      const name = parts.pop();
      const parent = walk(name === '..' ? [...parts, '..'] : parts, 'look').node;
      if (parent === undefined || name === undefined || name === '..') return parent;
      const node = tree.child(parent, name);
      const target = node === undefined ? undefined : targets.get(tree.record(node));
      if (target === undefined) return node;
      todo = target.startsWith('/') ? target : [...tree.path(parent), target].join('/');
    }
    throw new FormatError('is reached through a loop of symlinks');
  }

  return {
    external,
    find,
    apply(entry, number, input) {
      if (number !== layer) cleared.clear();
      layer = number;
      const worded = (error: unknown): never => {
        if (!(error instanceof FormatError)) throw error;
        throw new InputError(input, `${toText(entry.header.name)} ${error.message}`);
      };
      try {
        return applied(entry)?.catch(worded);
      } catch (error) {
        return worded(error);
      }
    },
  };
}
