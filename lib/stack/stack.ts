import { drop } from '../entries/body.ts';
import type { Entry } from '../entries/entry.ts';
import { components, toText } from '../entries/names.ts';
import { hiddenName, isAufsMetadata, isOpaque, isWhiteout, pseudoLink } from '../entries/whiteout.ts';
import { FormatError, InputError } from '../errors.ts';
import { records as newRecords, type Records } from './records.ts';
import { HIDDEN, INVENTED, OPAQUE, resolver } from './resolve.ts';
import { type Node, tree as newTree, ROOT, type Tree } from './tree.ts';

export { HIDDEN, INVENTED, OPAQUE } from './resolve.ts';

/*
 * The rules by which layers are stacked (OCI image specification, layer.md, "Representing Changes"), on an index of
 * what they name. What lies below the lowest layer is not known: where it is removed or covered is remembered.
 */

/** A layer to be stacked. */
export interface Layer {
  /** What it is called in errors. */
  readonly name: string;
  readonly entries: Iterable<Entry> | AsyncIterable<Entry>;
}

export interface Stack {
  /**
   * Puts the next layer on top; the lowest comes first. What cannot be stacked is an InputError.
   *
   * @param added is told the number of each record that is made, and its entry
   * @param placed is told where a record came to stand, a hard link's as well
   */
  push(
    layer: Layer,
    added?: (record: number, entry: Entry) => void,
    placed?: (node: Node, record: number) => void,
  ): Promise<void>;
  /** The paths, and at each the number of its record, 0 for nothing. */
  readonly tree: Tree;
  readonly records: Records;
  /** Hard links to files of layers that were not given: what each record points to. */
  readonly external: ReadonlyMap<number, string>;
  /** The name of the layer that put what is at a node there. */
  layerOf(node: Node): string;
  /** What stands at a path inside the root, symlinks followed. A loop of them is a FormatError. */
  find(path: string): Node | undefined;
}

/** As many entries as are applied before signals and pipes have their turn. */
const AT_ONCE = 4096;

/** Makes a stack without layers. */
export function stack(): Stack {
  const tree = newTree();
  const records = newRecords();
  const { walk, find, isDirectory, setTarget } = resolver(tree, records);
  const external = new Map<number, string>();
  const layerNames: string[] = [];
  /** The number of the layer that is being applied, from 1. */
  let layer = 0;
  let added: (record: number, entry: Entry) => void = () => {};
  let placed: (node: Node, record: number) => void = () => {};
  /** Nodes under which this layer has left nothing of those below: to look again would take as long as the first time. */
  const cleared = new Set<Node>();
  /** Records of files whose content AUFS kept apart from their names, in this layer. */
  const pseudoLinks = new Map<string, number>();

  function place(path: readonly string[], name: string, record: number, directory: boolean): void {
    const { node: parent = ROOT, hidden } = walk(path, 'place', layer);
    const existing = tree.child(parent, name);
    const node = existing ?? tree.add(parent, name);
    if (!directory) {
      tree.removeChildren(node);
      // Linked to where it was, a file of a layer below is still the one that is seen there.
      const marks = isOwn(node, record) && !hidden ? 0 : HIDDEN;
      if (existing === undefined) tree.markNew(node, marks);
      else tree.mark(node, marks);
    }
    tree.put(node, record, layer);
    placed(node, record);
  }

  /** Whether a record is a file of a layer that was not given, at the very path where it stands there. */
  function isOwn(node: Node, record: number): boolean {
    const target = external.get(record);
    return target !== undefined && target === tree.path(node).join('/');
  }

  /** Takes away what lower layers put at a node and under it. What this layer put there stays. */
  function prune(top: Node): void {
    const subtree: [parent: Node, name: string, node: Node][] = [];
    const unseen: Node[] = [top];
    for (let node = unseen.pop(); node !== undefined; node = unseen.pop()) {
      for (const [name, child] of tree.children(node)) {
        subtree.push([node, name, child]);
        unseen.push(child);
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

  function hide(parent: Node, name: string, isParentHidden: boolean): void {
    const node = tree.child(parent, name) ?? tree.add(parent, name);
    // Taken away and linked to again by one layer.
    if (tree.layer(node) === layer && isOwn(node, tree.record(node)) && !isParentHidden) return;
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
    const { node: directory, hidden } = walk(path, 'hide', layer);
    if (directory === undefined) return;
    if (isOpaque(name)) hideChildren(directory);
    else hide(directory, hiddenName(name), hidden);
  }

  /** The record that a hard link shares, or undefined where its target is in a layer that was not given. */
  function linked(linkname: string): { record: number | undefined; path: string } {
    const path = components(linkname);
    const name = path?.pop();
    const link = `is a hard link to ${toText(linkname)}`;
    if (path === undefined || name === undefined) throw new FormatError(`${link}, which is not a file inside the root`);
    const pseudo = pseudoLink([...path, name]);
    if (pseudo !== undefined) {
      const record = pseudoLinks.get(pseudo);
      if (record === undefined) throw new FormatError(`${link}, which is not there`);
      return { record, path: '' };
    }
    const directory = walk(path, 'look', layer);
    const node = directory.node === undefined ? undefined : tree.child(directory.node, name);
    const record = node === undefined ? 0 : tree.record(node);
    if (record !== 0 && isDirectory(record)) throw new FormatError(`${link}, which is a directory`);
    const hidden = directory.hidden || (node !== undefined && (tree.marks(node) & (HIDDEN | OPAQUE)) !== 0);
    if (record === 0 && hidden) throw new FormatError(`${link}, which was removed`);
    return { record: record === 0 ? undefined : record, path: [...directory.path, name].join('/') };
  }

  function add(entry: Entry, path: string[]): void | Promise<void> {
    const { type, linkname } = entry.header;
    const name = path.pop();
    if (name === undefined && type !== 'directory') throw new FormatError('is the root, and not a directory');
    const link = type === 'link' ? linked(linkname) : undefined;
    const enter = (record: number): void => {
      if (link && link.record === undefined) external.set(record, link.path);
      if (type === 'symlink') setTarget(record, linkname);
      if (name === undefined) tree.put(ROOT, record, layer);
      else place(path, name, record, type === 'directory');
    };
    const enterNew = (record: number): void => {
      added(record, entry);
      enter(record);
    };
    if (link?.record !== undefined) return enter(link.record);
    const record = records.add(entry);
    return typeof record === 'number' ? enterNew(record) : record.then(enterNew);
  }

  function applied(entry: Entry): void | Promise<void> {
    const path = components(entry.header.name);
    if (path === undefined) throw new FormatError('climbs out of the root');
    if (!path.some(isWhiteout)) return add(entry, path);
    const directory = path.slice(0, -1);
    const last = path.at(-1)!;
    const pseudo = pseudoLink(path);
    if (pseudo !== undefined && entry.header.type === 'file') {
      const keep = (record: number): void => void pseudoLinks.set(pseudo, record);
      const record = records.add(entry);
      return typeof record === 'number' ? keep(record) : record.then(keep);
    }
    if (path.some(isAufsMetadata) || directory.some(isOpaque)) return drop(entry);
    if (directory.some(isWhiteout)) throw new FormatError('is a path inside a whiteout');
    if (['', '.', '..'].includes(hiddenName(last))) throw new FormatError('is a whiteout of nothing');
    whiteout(directory, last);
    return drop(entry);
  }

  /** Applies an entry; waits only for bodies to be copied. */
  function apply(entry: Entry, input: string): void | Promise<void> {
    const fail = (error: unknown): never => {
      if (!(error instanceof FormatError)) throw error;
      throw new InputError(input, `${toText(entry.header.name)} ${error.message}`, undefined, { cause: error });
    };
    try {
      return applied(entry)?.catch(fail);
    } catch (error) {
      return fail(error);
    }
  }

  return {
    tree,
    records,
    external,
    layerOf: (node) => layerNames[tree.layer(node) - 1]!,
    find,
    async push({ name, entries }, whenAdded = () => {}, whenPlaced = () => {}) {
      layer = layerNames.push(name);
      added = whenAdded;
      placed = whenPlaced;
      cleared.clear();
      pseudoLinks.clear();
      if (!(Symbol.iterator in entries)) {
        for await (const entry of entries) await apply(entry, name);
        return records.settled();
      }
      let count = 0;
      for (const entry of entries) {
        const copied = apply(entry, name);
        if (copied) await copied;
        if (++count % AT_ONCE === 0) await new Promise((resume) => setImmediate(resume));
      }
      await records.settled();
    },
  };
}
