import type { Duplex } from 'node:stream';
import { column, integers } from '../lib/memory/packed.ts';
import { type Entry, type Header, header, noPax } from '../lib/entries/entry.ts';
import { InputError } from '../lib/errors.ts';
import { flow } from '../lib/streams/flow.ts';
import { toText } from '../lib/entries/names.ts';
import { applyAll } from '../lib/stack/apply.ts';
import { firstNames } from '../lib/stack/link-order.ts';
import { type Records, records } from '../lib/stack/records.ts';
import { HIDDEN, INVENTED, OPAQUE, OPAQUE_WHITEOUT, type Stack, stack } from '../lib/stack/rules.ts';
import { type Node, ROOT, type Tree, tree } from '../lib/stack/tree.ts';

export interface Layer {
  /** The name to complain under. */
  readonly name: string;
  readonly entries: Iterable<Entry> | AsyncIterable<Entry>;
}

/** The header of a directory was written already, ahead of its turn. */
const WRITTEN = 4;

/**
 * Layers in, lowest first, and the entries of one layer out that has the effect of applying them in order. It is
 * written directory by directory, names in byte order, whiteouts first in their directory. Only an index of the paths is
 * held; bodies are read when they are written, since that is another order than the one in which they arrive.
 *
 * @param time the mtime in seconds of what has none of its own: whiteouts, and directories that had to be invented
 */
export function squash(time = 0): Duplex {
  return flow<Layer, Entry>(
    async function* (layers) {
      const index = tree();
      const aside = records();
      const stacked = stack(index, aside);
      let number = 0;
      for await (const { name, entries } of layers) {
        number++;
        if (Symbol.iterator in entries) await applyAll(stacked, entries, number, name);
        else for await (const entry of entries) await stacked.apply(entry, number, name);
      }
      // A loop, since yield* would wait for each entry twice.
      for (const entry of emit(index, aside, stacked, time)) yield entry;
    },
    { from: 'objects', to: 'objects' },
  );
}

interface Directory {
  readonly node: Node;
  /** With a slash at its end; empty for the root. */
  readonly path: string;
  /** Whether nothing below the layers is seen in it. */
  readonly hidden: boolean;
  readonly names: Iterator<string>;
}

function* emit(index: Tree, aside: Records, { external }: Stack, time: number): Generator<Entry> {
  const first = column(integers);
  /** Files that a link has taken along, by where they were: their other names are linked to that one. */
  const taken = new Map<string, Node>();

  const hides = (node: Node): boolean => (index.marks(node) & (HIDDEN | OPAQUE)) !== 0;
  const isWhiteout = (node: Node): boolean => index.record(node) === 0 && (index.marks(node) & HIDDEN) !== 0;
  const whiteout = (name: string): Entry => {
    return { header: header({ name, type: 'file', mode: 0o644, mtime: time }), body: undefined };
  };

  function isDirectory(node: Node): boolean {
    const record = index.record(node);
    return record === 0 || record === INVENTED || aside.type(record) === 'directory';
  }

  function* directory(node: Node, path: string): Generator<Entry> {
    if (index.marks(node) & WRITTEN) return;
    index.mark(node, index.marks(node) | WRITTEN);
    const record = index.record(node);
    const name = path === '' ? './' : path;
    if (record === INVENTED) {
      yield { header: header({ name, type: 'directory', mode: 0o755, mtime: time }), body: undefined };
    } else if (record !== 0) {
      yield { header: aside.header(record, name), body: undefined };
    }
  }

  function leaf(node: Node, name: string): Entry {
    const record = index.record(node);
    const own = aside.header(record, name);
    if (own.type === 'symlink') return { header: own, body: undefined };
    const target = external.get(record);
    const earlier = target === undefined ? first.get(record) : (taken.get(target) ?? 0);
    if (target !== undefined && earlier === 0) {
      if (target !== name) return { header: { ...own, linkname: target }, body: undefined };
      throw new InputError(toText(name), 'is a file of a layer that was not given, removed and linked to again');
    }
    if (earlier === 0) {
      first.set(record, node);
      return { header: own, body: aside.body(record) };
    }
    const linkname = index.path(earlier).join('/');
    const link: Header = { ...own, type: 'link', linkname, size: 0, devmajor: 0, devminor: 0, pax: noPax };
    return { header: link, body: undefined };
  }

  /** Whether a file of a layer that was not given is where it was, and so needs no entry. */
  function isStill(node: Node, path: string, hidden: boolean): boolean {
    return !hidden && !hides(node) && external.get(index.record(node)) === path;
  }

  /** Whether the layers themselves replace or remove what stands at a path below them. */
  function isReplaced(path: string): boolean {
    let node: Node | undefined = ROOT;
    for (const part of path.split('/')) {
      if (hides(node)) return true;
      node = index.child(node, part);
      if (node === undefined) return false;
    }
    const record = index.record(node);
    return hides(node) || (record !== 0 && external.get(record) !== path);
  }

  /**
   * A hard link to a file of a layer that was not given must be made before that file is replaced or removed, so it
   * goes out first, with the directories that it needs: the one departure from the order of names. What is opaque
   * among these is told in its turn, since that may be what removes the file.
   */
  function* early(): Generator<Entry> {
    const files = new Map<string, string[]>();
    for (const [node, target] of linkNodes()) {
      const path = index.path(node).join('/');
      if (path === target || !isReplaced(target)) continue;
      const names = files.get(target);
      if (names) names.push(path);
      else files.set(target, [path]);
    }
    for (const { path, target } of firstNames([...files].map(([target, names]) => ({ target, names })))) {
      let at: Node = ROOT;
      let above = '';
      for (const part of path.split('/')) {
        yield* directory(at, above);
        at = index.child(at, part)!;
        above += `${part}/`;
      }
      yield leaf(at, path);
      taken.set(target, at);
      index.mark(at, index.marks(at) | WRITTEN);
    }
  }

  function* linkNodes(): Generator<[node: Node, target: string]> {
    if (external.size === 0) return;
    const todo: Node[] = [ROOT];
    for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
      for (const [, child] of index.children(node)) todo.push(child);
      const target = external.get(index.record(node));
      if (target !== undefined) yield [node, target];
    }
  }

  yield* early();
  const open: Directory[] = [];
  function* enter(node: Node, path: string, above: boolean): Generator<Entry> {
    yield* directory(node, path);
    if (hides(node) && !above) yield whiteout(path + OPAQUE_WHITEOUT);
    const names = index.sorted(node);
    const hidden = above || hides(node);
    if (!hidden)
      for (const name of names) if (isWhiteout(index.child(node, name)!)) yield whiteout(`${path}.wh.${name}`);
    open.push({ node, path, hidden, names: names.values() });
  }
  yield* enter(ROOT, '', false);
  for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
    const next = at.names.next();
    if (next.done) {
      open.pop();
      continue;
    }
    const node = index.child(at.node, next.value)!;
    if (isWhiteout(node)) continue;
    const path = at.path + next.value;
    if (isDirectory(node)) {
      yield* enter(node, `${path}/`, at.hidden);
    } else if (!(index.marks(node) & WRITTEN) && !isStill(node, path, at.hidden)) {
      yield leaf(node, path);
    }
  }
}
