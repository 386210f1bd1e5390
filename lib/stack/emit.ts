import { type Entry, type Header, header, noPax } from '../entries/entry.ts';
import { toText } from '../entries/names.ts';
import { opaquePath, whiteoutPath } from '../entries/whiteout.ts';
import { InputError } from '../errors.ts';
import { integers, packedNumbers } from '../memory/packed.ts';
import { linkOrder } from './link-order.ts';
import { HIDDEN, INVENTED, OPAQUE, type Stack } from './stack.ts';
import { type Node, ROOT } from './tree.ts';

/** A mark of this file's own: the node has been written, ahead of its turn. */
const WRITTEN = 4;

interface Directory {
  readonly node: Node;
  /** With a slash at its end; empty for the root. */
  readonly path: string;
  /** Whether nothing below the layers is seen in it. */
  readonly hidden: boolean;
  readonly names: Iterator<string>;
}

/**
 * The entries of one layer with the effect of all that were stacked: written directory by directory, names in byte order,
 * whiteouts first in their directory. Bodies are places.
 *
 * @param time the mtime in seconds of what has none of its own: whiteouts, and directories that had to be invented
 */
export function* emit({ tree, records, external, layerOf }: Stack, time: number): Generator<Entry> {
  /** The node under which a record was written first: its later names are links to that. */
  const firstNodes = packedNumbers(integers);
  /** Files that a link has taken along, by where they were: their other names are links to that node. */
  const moved = new Map<string, Node>();
  /** The record of the first link to each such file: the links after it repeat its metadata. */
  const firstLinks = new Map<string, number>();

  const hides = (node: Node): boolean => (tree.marks(node) & (HIDDEN | OPAQUE)) !== 0;
  const isRemoved = (node: Node): boolean => tree.record(node) === 0 && (tree.marks(node) & HIDDEN) !== 0;
  const wrong = (node: Node, path: string, problem: string): InputError => {
    return new InputError(layerOf(node), `${toText(path)} ${problem}`);
  };
  const whiteout = (name: string): Entry => {
    return { header: header({ name, type: 'file', mode: 0o644, mtime: time }), body: undefined };
  };

  function isDirectory(node: Node): boolean {
    const record = tree.record(node);
    return record === 0 || record === INVENTED || records.type(record) === 'directory';
  }

  function* directory(node: Node, path: string): Generator<Entry> {
    if (tree.marks(node) & WRITTEN) return;
    tree.mark(node, tree.marks(node) | WRITTEN);
    const record = tree.record(node);
    const name = path === '' ? './' : path;
    if (record === INVENTED) {
      yield { header: header({ name, type: 'directory', mode: 0o755, mtime: time }), body: undefined };
    } else if (record !== 0) {
      yield { header: records.header(record, name), body: undefined };
    }
  }

  function leaf(node: Node, name: string): Entry {
    const found = tree.record(node);
    const target = external.get(found);
    const record = target === undefined ? found : (firstLinks.get(target) ?? found);
    if (target !== undefined) firstLinks.set(target, record);
    const own = records.header(record, name);
    if (own.type === 'symlink') return { header: own, body: undefined };
    const earlier = target === undefined ? firstNodes.get(record) : (moved.get(target) ?? 0);
    if (target !== undefined && earlier === 0) {
      if (target !== name) return { header: { ...own, linkname: target }, body: undefined };
      throw wrong(node, name, 'is a file of a layer that was not given, removed and linked to again');
    }
    if (earlier === 0) {
      firstNodes.set(record, node);
      return { header: own, body: records.body(record) };
    }
    const linkname = tree.path(earlier).join('/');
    const link: Header = { ...own, type: 'link', linkname, size: 0, devmajor: 0, devminor: 0, pax: noPax };
    return { header: link, body: undefined };
  }

  /** Whether a file of a layer that was not given is where it was, and so needs no entry. */
  function isStill(node: Node, path: string, hidden: boolean): boolean {
    return !hidden && !hides(node) && external.get(tree.record(node)) === path;
  }

  /** Whether the layers themselves replace or remove what stands at a path below them. */
  function isReplaced(path: string): boolean {
    let node: Node | undefined = ROOT;
    for (const part of path.split('/')) {
      if (hides(node)) return true;
      node = tree.child(node, part);
      if (node === undefined) return false;
    }
    const record = tree.record(node);
    return hides(node) || (record !== 0 && external.get(record) !== path);
  }

  /**
   * A hard link to a file of a layer that was not given must be made before that file is replaced or removed, so it
   * goes out first, with the directories that it needs: the one departure from the order of names. What is opaque
   * among these is told in its turn, since that may be what removes the file.
   */
  function* earlyLinks(): Generator<Entry> {
    const names = new Map<string, string[]>();
    const nodes = new Map<string, Node>();
    for (const [node, target] of externalNodes()) {
      const path = tree.path(node).join('/');
      if (path === target || !isReplaced(target)) continue;
      const others = names.get(target);
      if (others) others.push(path);
      else names.set(target, [path]);
      nodes.set(target, node);
    }
    const order = linkOrder([...names].map(([target, names]) => ({ target, names })));
    for (const { target } of order) nodes.delete(target);
    for (const [target, node] of nodes) {
      const path = tree.path(node).join('/');
      throw wrong(node, path, `is a hard link to ${toText(target)}, which is lost before it can be made`);
    }
    for (const { path, target } of order) {
      let node: Node = ROOT;
      let above = '';
      for (const part of path.split('/')) {
        yield* directory(node, above);
        node = tree.child(node, part)!;
        above += `${part}/`;
      }
      yield leaf(node, path);
      moved.set(target, node);
      tree.mark(node, tree.marks(node) | WRITTEN);
    }
  }

  function* externalNodes(): Generator<[node: Node, target: string]> {
    if (external.size === 0) return;
    const unseen: Node[] = [ROOT];
    for (let node = unseen.pop(); node !== undefined; node = unseen.pop()) {
      for (const [, child] of tree.children(node)) unseen.push(child);
      const target = external.get(tree.record(node));
      if (target !== undefined) yield [node, target];
    }
  }

  const open: Directory[] = [];
  function* enter(node: Node, path: string, above: boolean): Generator<Entry> {
    yield* directory(node, path);
    if (hides(node) && !above) yield whiteout(opaquePath(path));
    const names = tree.sorted(node);
    const hidden = above || hides(node);
    if (!hidden) {
      for (const name of names) if (isRemoved(tree.child(node, name)!)) yield whiteout(whiteoutPath(path, name));
    }
    open.push({ node, path, hidden, names: names.values() });
  }

  yield* earlyLinks();
  yield* enter(ROOT, '', false);
  for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
    const next = at.names.next();
    if (next.done) {
      open.pop();
      continue;
    }
    const node = tree.child(at.node, next.value)!;
    if (isRemoved(node)) continue;
    const path = at.path + next.value;
    if (isDirectory(node)) {
      yield* enter(node, `${path}/`, at.hidden);
    } else if (!(tree.marks(node) & WRITTEN) && !isStill(node, path, at.hidden)) {
      yield leaf(node, path);
    }
  }
}
