import { type Item, item } from '../peers/layer.ts';
import type { Random } from '../peers/random.ts';

/*
 * What editing a layer means, on a tree of files rather than on a stream: the program must come to the same. A file is one
 * node, however many names it has.
 */

export interface Node {
  type: 'file' | 'directory' | 'symlink' | 'fifo' | 'external';
  content: string;
  target: string;
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
}

/** Paths without a slash at their end, in the order of the layer. */
export type Tree = Map<string, Node>;

export type Edit =
  | { flag: 'delete' | 'keep'; globs: string[] }
  | { flag: 'rename'; regex: string; by: string; all: boolean }
  | { flag: 'chown'; uid: number; gid: number; glob?: string }
  | { flag: 'chmod'; mode: number; glob?: string }
  | { flag: 'clamp'; seconds: number }
  | { flag: 'whiteout' | 'opaque'; path: string };

const names = ['a', 'b', 'c', 'a.x', 'b.x', '\xc3\xa4'] as const;

/** The items of a random layer, each path once, parents before what is in them where they are named at all. */
export function layer(dice: Random): Item[] {
  const items: Item[] = [];
  const kinds = new Map<string, Item['kind']>();
  const folders = [''];
  for (let count = 4 + dice.below(14); count > 0; count--) {
    const folder = dice.some(folders) ?? '';
    const path = folder + dice.pick(names);
    if (kinds.has(path) || kinds.has(`${path}/`)) continue;
    const about = { mode: 0o600 + dice.below(0o200), uid: dice.below(3), gid: dice.below(3), seconds: dice.below(100) };
    const files = [...kinds].filter(([, kind]) => kind === 'file' || kind === 'link').map(([name]) => name);
    const roll = dice.below(10);
    if (roll < 3 && folder.split('/').length < 4) {
      // A third of the directories have no header.
      if (dice.chance(0.7)) items.push(item('directory', `${path}/`, about));
      kinds.set(`${path}/`, 'directory');
      folders.push(`${path}/`);
    } else if (roll < 6) {
      items.push(item('file', (dice.chance(0.1) ? './' : '') + path, { ...about, content: `${path} ${items.length}` }));
      kinds.set(path, 'file');
    } else if (roll < 8 && files.length > 0) {
      const target = dice.chance(0.1) ? 'below/file' : dice.some(files)!;
      const origin = items.find(({ name }) => name.replace('./', '') === target);
      const same = origin && { mode: origin.mode, uid: origin.uid, gid: origin.gid, seconds: origin.seconds };
      items.push(item('link', path, { ...about, ...same, target: (dice.chance(0.1) ? '/' : '') + target }));
      kinds.set(path, origin ? 'link' : 'fifo');
    } else if (roll < 9) {
      items.push(item('symlink', path, { ...about, target: dice.pick(names) }));
      kinds.set(path, 'symlink');
    } else {
      items.push(item('file', `${folder}.wh.${dice.pick(['gone', 'old', '.wh..opq'])}`, about));
      const last = items.pop()!;
      if (!items.some(({ name }) => name === last.name)) items.push(last);
    }
  }
  return items;
}

const clean = (name: string) => name.replace(/^(\.?\/)+/, '').replace(/\/$/, '');

export function treeOf(items: readonly Item[]): Tree {
  const tree: Tree = new Map();
  for (const { kind, name, target, content, mode, uid, gid, seconds } of items) {
    const about = { content, target, mode, uid, gid, mtime: seconds };
    const linked = kind === 'link' ? tree.get(clean(target)) : undefined;
    const type = kind === 'link' ? 'external' : kind;
    tree.set(clean(name), linked ?? { type, ...about, target: kind === 'link' ? clean(target) : target });
  }
  return tree;
}

/** Edits that hit something, mostly. */
export function edits(dice: Random, items: readonly Item[]): Edit[] {
  const paths = items.map(({ name }) => clean(name));
  const glob = (): string => {
    const path = dice.some(paths) ?? 'a';
    const [top = 'a'] = path.split('/');
    const base = path.split('/').at(-1) ?? 'a';
    return dice.pick([base, `/${path}`, `/${path}`, `${top}/`, '*.x', `/${top}/*`, 'nothing', '*']);
  };
  return Array.from({ length: 1 + dice.below(4) }, (): Edit => {
    const roll = dice.below(12);
    if (roll < 3) return { flag: 'delete', globs: [glob(), ...(dice.chance(0.3) ? [`!${glob()}`] : [])] };
    if (roll < 5) return { flag: 'keep', globs: [glob(), ...(dice.chance(0.4) ? [glob()] : [])] };
    if (roll < 8) {
      const [top = 'a'] = (dice.some(paths) ?? 'a').split('/');
      const regex = dice.pick([`^${top}(?=/|$)`, `^${top}/`, 'b', '\\.x$', '^', '(.)$', 'ä']);
      return { flag: 'rename', regex, by: dice.pick(['new', 'q/', '$&z', 'a']), all: dice.chance(0.3) };
    }
    if (roll === 8) return { flag: 'chown', uid: 7, gid: 8, ...(dice.chance(0.7) && { glob: glob() }) };
    if (roll === 9) return { flag: 'chmod', mode: 0o751, ...(dice.chance(0.7) && { glob: glob() }) };
    if (roll === 10) return { flag: 'clamp', seconds: 50 };
    return { flag: dice.pick(['whiteout', 'opaque']), path: dice.pick(['a', 'b/c', 'new/deep/x']) };
  });
}

/** The words for the command line. */
export function words(list: readonly Edit[]): string[] {
  return list.flatMap((edit): string[] => {
    const glob = 'glob' in edit && edit.glob !== undefined ? `=${Buffer.from(edit.glob, 'latin1').toString()}` : '';
    switch (edit.flag) {
      case 'delete':
      case 'keep':
        return edit.globs.flatMap((text) => [`--${edit.flag}`, Buffer.from(text, 'latin1').toString()]);
      case 'rename':
        return ['--rename', `s,${edit.regex},${edit.by},${edit.all ? 'g' : ''}`];
      case 'chown':
        return ['--chown', `${edit.uid}:${edit.gid}${glob}`];
      case 'chmod':
        return ['--chmod', `${edit.mode.toString(8)}${glob}`];
      case 'clamp':
        return ['--clamp', `${edit.seconds}`];
      default:
        return [`--${edit.flag}`, edit.path];
    }
  });
}

/** Edits that follow one another and are lines of one list. */
function joined(list: readonly Edit[]): Edit[] {
  const result: Edit[] = [];
  for (const edit of list) {
    const last = result.at(-1);
    if ((edit.flag === 'delete' || edit.flag === 'keep') && last?.flag === edit.flag) {
      result[result.length - 1] = { flag: edit.flag, globs: [...last.globs, ...edit.globs] };
    } else result.push(edit);
  }
  return result;
}

/** The tree after the edits, or undefined where one of them must be refused. */
export function edited(start: Tree, list: readonly Edit[]): Tree | undefined {
  let tree = start;
  for (const edit of joined(list)) {
    const next = step(tree, edit);
    if (next === undefined) return undefined;
    tree = next;
  }
  return tree;
}

function step(tree: Tree, edit: Edit): Tree | undefined {
  switch (edit.flag) {
    case 'delete':
      return new Map([...tree].filter(([path, { type }]) => !chosen(edit.globs, path, type)));
    case 'keep': {
      const kept = [...tree].filter(([path, { type }]) => chosen(edit.globs, path, type)).map(([path]) => path);
      const isParent = (path: string) => kept.some((other) => other.startsWith(`${path}/`));
      return new Map(
        [...tree].filter(([path, { type }]) => kept.includes(path) || (type === 'directory' && isParent(path))),
      );
    }
    case 'rename': {
      const regex = new RegExp(edit.regex, edit.all ? 'gu' : 'u');
      const result: Tree = new Map();
      for (const [path, node] of tree) {
        const text = Buffer.from(path, 'latin1').toString();
        const name = clean(Buffer.from(text.replace(regex, edit.by)).toString('latin1')).replace(/\/+/g, '/');
        if (result.has(name) || name === '') return undefined;
        result.set(name, node);
      }
      return result;
    }
    case 'chown':
      return changed(tree, edit.glob, (node) => ({ ...node, uid: edit.uid, gid: edit.gid }));
    case 'chmod':
      return changed(tree, edit.glob, (node) => (node.type === 'symlink' ? node : { ...node, mode: edit.mode }));
    case 'clamp':
      return changed(tree, undefined, (node) => ({ ...node, mtime: Math.min(node.mtime, edit.seconds) }));
    default: {
      const slash = edit.path.lastIndexOf('/') + 1;
      const hiding = `${edit.path.slice(0, slash)}.wh.${edit.path.slice(slash)}`;
      const path = edit.flag === 'opaque' ? `${edit.path}/.wh..wh..opq` : hiding;
      const own: Node = { type: 'file', content: '', target: '', mode: 0o644, uid: 0, gid: 0, mtime: 0 };
      return new Map([...tree].filter(([name]) => name !== path)).set(path, own);
    }
  }
}

/** Changes files by their first names; a file whose first name is not chosen cannot change by another. */
function changed(tree: Tree, glob: string | undefined, change: (node: Node) => Node): Tree | undefined {
  const results = new Map<Node, Node>();
  const answers = new Map<Node, boolean>();
  for (const [path, node] of tree) {
    const own = glob === undefined || chosen([glob], path, node.type);
    // An external file's own name is what counts.
    const first = node.type === 'external' ? glob === undefined || chosen([glob], node.target, 'file') : own;
    const answer = answers.get(node) ?? first;
    if (own && !answer) return undefined;
    answers.set(node, answer);
    if (!results.has(node)) results.set(node, answer ? change(node) : node);
  }
  return new Map([...tree].map(([path, node]) => [path, results.get(node)!]));
}

/** As gitignore(5): what is below something chosen is chosen, and otherwise the last line that matches counts. */
function chosen(globs: readonly string[], path: string, type: Node['type']): boolean {
  const parts = path.split('/');
  return parts.some((_, at) => {
    const part = parts.slice(0, at + 1).join('/');
    const isDirectory = at < parts.length - 1 || type === 'directory';
    const last = globs.findLast((glob) => matches(glob.replace(/^!/, ''), part, isDirectory));
    return last !== undefined && !last.startsWith('!');
  });
}

function matches(glob: string, path: string, isDirectory: boolean): boolean {
  const base = path.split('/').at(-1)!;
  if (glob === '*') return true;
  if (glob === '*.x') return base.endsWith('.x');
  if (glob.endsWith('/*')) return path.startsWith(glob.slice(1, -1)) && !path.slice(glob.length - 2).includes('/');
  if (glob.endsWith('/')) return isDirectory && base === glob.slice(0, -1);
  return glob.startsWith('/') ? path === glob.slice(1) : base === glob;
}
