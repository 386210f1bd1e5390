import { bytes, integers, packedNumbers } from '../memory/packed.ts';

/*
 * An index of paths as a tree of numbered nodes: names once a directory, the rest in packed columns. A path costs
 * about 130 bytes, names and maps included.
 */

/** The number of a node. */
export type Node = number;

export const ROOT: Node = 0;

export interface Tree {
  child(node: Node, name: string): Node | undefined;
  /** Adds a child without a record or marks. */
  add(node: Node, name: string): Node;
  /** Takes a child away, with all that is below it. */
  remove(node: Node, name: string): void;
  /** The children in no order. */
  children(node: Node): Iterable<[name: string, node: Node]>;
  /** The names of the children in byte order. */
  sorted(node: Node): string[];
  isLeaf(node: Node): boolean;
  removeChildren(node: Node): void;
  parent(node: Node): Node;
  /** Whether the node is still below the root, and not taken away with something above it. */
  isThere(node: Node): boolean;
  /** The components of a node's path. */
  path(node: Node): string[];

  /** What stands at the node: a number of the tree's user, 0 for nothing. */
  record(node: Node): number;
  /** The layer that put the record there. */
  layer(node: Node): number;
  put(node: Node, record: number, layer: number): void;
  /** A set of bits, the tree's user's. */
  marks(node: Node): number;
  mark(node: Node, marks: number): void;
  /** The same for a node that was just added: nothing was found there before, so that no path leads elsewhere now. */
  markNew(node: Node, marks: number): void;
  /** Changes whenever something is replaced, removed or marked: as long as it stays, paths lead where they led. */
  version(): number;
}

/** Makes a tree that has a root alone. */
export function tree(): Tree {
  const names: string[] = [''];
  const parents = packedNumbers(integers);
  const records = packedNumbers(integers);
  const layers = packedNumbers(integers);
  const marked = packedNumbers(bytes);
  const below: (Map<string, Node> | undefined)[] = [undefined];
  let version = 0;
  return {
    child: (node, name) => below[node]?.get(name),
    add(node, part) {
      const added = names.length;
      const name = alone(part);
      names.push(name);
      below.push(undefined);
      parents.set(added, node);
      let siblings = below[node];
      if (siblings === undefined) {
        siblings = new Map();
        below[node] = siblings;
      }
      siblings.set(name, added);
      return added;
    },
    remove(node, name) {
      version++;
      below[node]?.delete(name);
    },
    children: (node) => below[node] ?? [],
    sorted: (node) => [...(below[node]?.keys() ?? [])].sort(),
    isLeaf: (node) => (below[node]?.size ?? 0) === 0,
    removeChildren(node) {
      if (below[node] !== undefined) version++;
      below[node] = undefined;
    },
    parent: (node) => parents.get(node),
    isThere(node) {
      for (let at = node; at !== ROOT; at = parents.get(at)) {
        if (below[parents.get(at)]?.get(names[at]!) !== at) return false;
      }
      return true;
    },
    path(node) {
      const path: string[] = [];
      for (let at = node; at !== ROOT; at = parents.get(at)) path.push(names[at]!);
      return path.reverse();
    },
    record: (node) => records.get(node),
    layer: (node) => layers.get(node),
    put(node, record, layer) {
      if (records.get(node) !== 0) version++;
      records.set(node, record);
      layers.set(node, layer);
    },
    marks: (node) => marked.get(node),
    version: () => version,
    markNew(node, marks) {
      marked.set(node, marks);
    },
    mark(node, marks) {
      if (marked.get(node) !== marks) version++;
      marked.set(node, marks);
    },
  };
}

/** A name cut out of a path keeps the whole path in memory, unless it is copied. */
function alone(name: string): string {
  return Buffer.from(name, 'latin1').toString('latin1');
}
