import { type Item, item } from './layer.ts';

/** A file tree in memory, as the generator of stacks needs it: what is where, and where a path leads. */

export type Stats = Pick<Item, 'mode' | 'uid' | 'gid' | 'seconds' | 'fraction'>;

/** What a name leads to; two names of one file share it. `since` is the layer that made it. */
export type Node = { kind: 'file' | 'symlink' | 'directory' | 'fifo'; since: number; target: string; stats: Stats };

/** Real paths, without a slash at either end; the root is ''. */
export type Model = Map<string, Node>;

export function model(): Model {
  return new Map([['', { kind: 'directory', since: 0, target: '', stats: item('directory', '') }]]);
}

export const join = (folder: string, name: string) => (folder ? `${folder}/${name}` : name);
export const parent = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const base = (path: string) => path.slice(path.lastIndexOf('/') + 1);
export const within = (path: string, folder: string) =>
  folder === '' || path === folder || path.startsWith(`${folder}/`);

const below = (path: string, folder: string) => (folder ? path.slice(folder.length) : path && `/${path}`);

export function remove(tree: Model, path: string, inside = false): void {
  for (const name of tree.keys()) if (within(name, path) && !(inside && name === path)) tree.delete(name);
}

/** Where a path leads, and the symlinks on its way; a last part that is missing is fine, a loop or a file on the way is not. */
export function resolve(tree: Model, start: string, path: string): { path: string; through: Node[] } | undefined {
  const rest = path.split('/').reverse();
  const through: Node[] = [];
  let at = path.startsWith('/') ? '' : start;
  while (rest.length > 0) {
    const name = rest.pop();
    if (name === undefined || name === '' || name === '.') continue;
    if (name === '..') at = parent(at);
    else {
      if (tree.get(at)?.kind !== 'directory') return undefined;
      const node = tree.get(join(at, name));
      if (node?.kind === 'symlink') {
        through.push(node);
        if (through.length > 20) return undefined;
        if (node.target.startsWith('/')) at = '';
        rest.push(...node.target.split('/').reverse());
      } else at = join(at, name);
    }
  }
  return { path: at, through };
}

/** Every way through a symlink to a directory, itself reached by its real path. */
export function spellings(tree: Model, path: string): { path: string; through: Node[] }[] {
  const found: { path: string; through: Node[] }[] = [];
  for (const [name, node] of tree) {
    if (node.kind !== 'symlink') continue;
    const end = resolve(tree, '', name);
    if (end && within(path, end.path)) found.push({ path: name + below(path, end.path), through: end.through });
  }
  return found;
}
