import type { Tree } from './reader.ts';

/** A symlink by which packages of Node are seen where their files are not: workspaces are linked so, and caches. */
export const ALIAS = /(?:^|\/)node_modules(?:\/(?:@[^/]+|(?:@[^/]+\/)?[^/@.][^/]*))?\/?$/;

/** The files of packages that are seen through such a symlink. */
export function* aliasFiles(path: string, tree: Tree): Generator<string> {
  const last = path.slice(path.lastIndexOf('/') + 1);
  const isFolder = last === 'node_modules' || (last.startsWith('@') && path.endsWith(`node_modules/${last}`));
  if (!isFolder) {
    yield `${path}/package.json`;
    return;
  }
  for (const name of tree.names(path)) {
    if (name.startsWith('.')) continue;
    if (!name.startsWith('@') || last !== 'node_modules') {
      yield `${path}/${name}/package.json`;
      continue;
    }
    for (const inner of tree.names(`${path}/${name}`)) yield `${path}/${name}/${inner}/package.json`;
  }
}
