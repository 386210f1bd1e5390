import { createHash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { show } from './layer.ts';
import { run } from './tools.ts';

/** What a user can see of each path, as words to be compared and printed. Paths are bytes (latin1). */
export type Tree = Map<string, string[]>;

const kinds: [string, (stat: BigIntStats) => boolean][] = [
  ['file', (stat) => stat.isFile()],
  ['directory', (stat) => stat.isDirectory()],
  ['symlink', (stat) => stat.isSymbolicLink()],
  ['fifo', (stat) => stat.isFIFO()],
];

/** Directories that no layer describes get what the applier likes; they are known by their name (see stacks.ts). */
const undescribed = /(^|\/)i-[^/]*$/;

/** A directory's time is when somebody last touched it while applying, unless its header came last: not compared. */
function words(place: Buffer, path: string, stat: BigIntStats): string[] {
  const kind = kinds.find(([, is]) => is(stat))?.[0] ?? 'other';
  if (kind === 'directory' && (undescribed.test(path) || path === '')) return [kind];
  const list = [kind, `uid=${stat.uid}`, `gid=${stat.gid}`];
  if (kind !== 'symlink') list.push(`mode=${(stat.mode & 0o7777n).toString(8)}`);
  if (kind !== 'directory') list.push(`mtime=${stat.mtimeNs}`);
  if (kind === 'symlink') list.push(`target=${show(readlinkSync(place, { encoding: 'latin1' }))}`);
  if (kind === 'file') {
    const digest = createHash('sha256').update(readFileSync(place)).digest('hex');
    list.push(`size=${stat.size}`, `sha256=${digest.slice(0, 16)}`);
  }
  return list;
}

/**
 * A symlink with two names is the same to its users as two symlinks: neither docker nor layertool keeps the difference.
 * `skip` names paths at the root that the applier itself makes.
 */
export function read(folder: string, skip: string[] = []): Tree {
  const tree: Tree = new Map();
  const groups = new Map<bigint, string[]>();
  const visit = (path: string) => {
    const place = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, 'latin1')]);
    const stat = lstatSync(place, { bigint: true });
    tree.set(path, words(place, path, stat));
    if (stat.isFile() || stat.isFIFO()) groups.set(stat.ino, [...(groups.get(stat.ino) ?? []), path]);
    if (stat.isDirectory())
      for (const name of readdirSync(place, 'latin1'))
        if (path || !skip.includes(name)) visit(path ? `${path}/${name}` : name);
  };
  visit('');
  for (const names of groups.values())
    for (const name of names) if (names.length > 1) tree.get(name)?.push(`linked=${names.map(show).sort().join(',')}`);
  return tree;
}

/** Adds the extended attributes of many trees, with one run of getfattr. */
export async function attributes(trees: Map<string, Tree>): Promise<void> {
  if (trees.size === 0) return;
  const args = ['-R', '-h', '-P', '-d', '-m', '^user\\.', '-e', 'hex', '--absolute-names', '--', ...trees.keys()];
  const { stdout } = await run('getfattr', args);
  for (const block of stdout.toString('latin1').split('\n\n')) {
    const [first = '', ...lines] = block.split('\n');
    const file = first
      .replace('# file: ', '')
      .replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(parseInt(code, 8)));
    for (const [folder, tree] of trees)
      if (file.startsWith(`${folder}/`))
        tree.get(file.slice(folder.length + 1))?.push(...lines.filter((line) => line.includes('=')).sort());
  }
}

/**
 * A directory that no layer describes, and that later layers emptied: it is still there after applying them, while
 * squash, which does not invent directories (one of below may have another mode), has nothing left to say of it.
 */
function prune(tree: Tree): void {
  for (const path of [...tree.keys()].sort().reverse()) {
    const inner = [...tree.keys()].some((name) => name.startsWith(`${path}/`));
    if (undescribed.test(path) && !inner && tree.get(path)?.[0] === 'directory') tree.delete(path);
  }
}

/** One line a difference; nothing when the trees are the same. */
export function diff(wanted: Tree, got: Tree): string[] {
  prune(wanted);
  prune(got);
  const lines: string[] = [];
  for (const path of new Set([...wanted.keys(), ...got.keys()])) {
    const [one, two] = [wanted.get(path), got.get(path)];
    if (!two) lines.push(`${show(path)}: missing (${one?.join(' ')})`);
    else if (!one) lines.push(`${show(path)}: should not be there (${two.join(' ')})`);
    else {
      const [lost, added] = [one.filter((word) => !two.includes(word)), two.filter((word) => !one.includes(word))];
      if (lost.length || added.length)
        lines.push(`${show(path)}: wanted ${lost.join(' ') || '-'}, got ${added.join(' ') || '-'}`);
    }
  }
  return lines;
}
