import { type Dialect, fits, type Item, item, type Kind, type Layer, whiteout } from './layer.ts';
import { base, join, type Model, type Node, parent, remove, resolve, type Stats, within } from './model.ts';
import type { Random } from './random.ts';

/** The steps by which a random layer is written; each is taken only where it keeps the stack valid. */

/** `hard` says that it came to what Choice.hard allows. */
export type Stack = { seed: number; layers: Layer[]; from: number; to: number; hard: boolean };

export type Choice = {
  /** What docker refuses or does in its own way is left out: see apply.ts. */
  applier: 'umoci' | 'docker';
  /** A file of below, linked to in the part squashed, may lose the name that the link was made to. */
  hard?: boolean;
};

export type Work = {
  dice: Random;
  tree: Model;
  choice: Required<Choice>;
  stack: Stack;
  dialect: Dialect;
  items: Item[];
  /** Real paths that this layer has written. */
  touched: string[];
  /** Real paths that this layer has hidden by name. */
  hidden: Set<string>;
  /** Real paths that this layer has made something else of. */
  changed: Set<string>;
  /** Real paths that must stay what they are to the end of the part. */
  frozen: Set<string>;
  /** Real paths that links of the part were made to, though their files are of below. */
  anchored: Set<string>;
  /** The part's names of files of below, and the name they were made from. */
  anchors: Map<string, string>;
  /** A directory of below that the part calls by a symlink of below. */
  alias: { real: string; name: string } | undefined;
  serial: number;
};

const modes = [0o644, 0o755, 0o600, 0o700, 0o777, 0o4755, 0o2755, 0o1777, 0o400] as const;

export const index = (work: Work) => work.stack.layers.length;
export const inside = (work: Work) => index(work) >= work.stack.from && index(work) < work.stack.to;

const any = (names: Iterable<string>, folder: string) => [...names].some((name) => within(name, folder));

/** May what the path leads to, and all inside, go away? */
function fixed(work: Work, path: string): boolean {
  if (index(work) < work.stack.to && any(work.frozen, path)) return true;
  return inside(work) && !work.choice.hard && any(work.anchored, path);
}

/** May the name be given to something new? */
function free(work: Work, path: string, kind: Kind): boolean {
  const old = work.tree.get(path);
  const stays = kind === 'directory' && old?.kind === 'directory';
  if (!stays && fixed(work, path)) return false;
  if (old?.kind === 'directory' && !stays && work.dice.chance(0.5)) return false;
  // A path twice in a layer is refused by docker.
  const again = work.choice.applier === 'umoci' && work.dice.chance(0.1);
  return again || (stays ? !work.touched.includes(path) : !any(work.touched, path));
}

export function put(
  work: Work,
  kind: 'file' | 'directory' | 'symlink' | 'fifo',
  path: string,
  name: string,
  target = '',
): void {
  if (free(work, path, kind) && target.length < 100) write(work, kind, path, name, target);
}

export function write(work: Work, kind: Node['kind'], path: string, name: string, target = ''): void {
  const { dice, tree } = work;
  const stats = metadata(work, kind);
  const content = kind === 'file' ? body(work) : '';
  const pax = work.dialect === 'pax' && (kind === 'file' || kind === 'directory') && dice.chance(0.15);
  const attributes: [string, string][] = pax
    ? [[dice.pick(['user.one', 'user.two']), dice.pick(['1', '\0\xff=\n', ''])]]
    : [];
  const made = item(kind, name, { target, content, ...stats, attributes });
  if (!fits(made, work.dialect)) return;
  if (kind === 'directory' && tree.get(path)?.kind === 'directory')
    remember(work, path, { ...work.tree.get(path)!, stats });
  else remember(work, path, { kind, since: index(work), target, stats });
  work.items.push(made);
}

/** The layer has written a path: what was there is gone, what leads to it is there. */
function remember(work: Work, path: string, node: Node): void {
  const { tree } = work;
  for (let folder = parent(path); !tree.has(folder); folder = parent(folder)) {
    tree.set(folder, { kind: 'directory', since: index(work), target: '', stats: item('directory', '') });
    work.touched.push(folder);
  }
  const keeps = node.kind === 'directory' && tree.get(path)?.kind === 'directory';
  if (!keeps) forget(work, path);
  tree.set(path, node);
  work.touched.push(path);
}

function forget(work: Work, path: string, insideOnly = false): void {
  if (inside(work) && any(work.anchored, path)) work.stack.hard = true;
  work.changed.add(path);
  remove(work.tree, path, insideOnly);
  for (const name of work.anchors.keys()) if (within(name, path)) work.anchors.delete(name);
}

function metadata(work: Work, kind: Kind): Stats {
  const { dice } = work;
  const owner = () =>
    dice.chance(0.7) ? 0 : work.dialect !== 'ustar' && dice.chance(0.2) ? 3_000_000 : dice.below(70_000);
  const mode = kind === 'symlink' ? 0o777 : kind === 'directory' && dice.chance(0.7) ? 0o755 : dice.pick(modes);
  const fraction = work.dialect === 'pax' && dice.chance(0.3) ? dice.pick(['5', '25', '123456789', '000000001']) : '';
  return { mode, uid: owner(), gid: owner(), seconds: 1e9 + dice.below(1e8), fraction };
}

function body(work: Work): string {
  const text = `${index(work)}.${work.serial++} `;
  return work.dice.chance(0.05) ? '' : text.repeat(work.dice.chance(0.03) ? 20_000 : 1);
}

export function link(work: Work, path: string, name: string, spell: (folder: string) => string): void {
  const { dice, tree, choice } = work;
  // What the part calls a directory it cannot also call a symlink.
  const fine = ([name, node]: [string, Node]) =>
    node.kind !== 'directory' && !(inside(work) && name === work.alias?.name);
  const found = dice.some([...tree].filter(fine));
  if (!found || found[0] === path || tree.get(path)?.kind === 'directory' || !free(work, path, 'link')) return;
  const [from, node] = found;
  const target = spell(parent(from)) + base(from);
  // umoci leaves the file as it is, docker gives it what the header of the link says.
  const careless = choice.applier === 'umoci' && dice.chance(0.3);
  const plain = { mode: 0, uid: 0, gid: 0, seconds: 0, fraction: '' };
  // The applier removes what had the name before it follows the target.
  const old = tree.get(path);
  if (old && resolve(tree, '', parent(target))?.through.includes(old)) return;
  const made = item('link', name, { ...(careless ? plain : node.stats), target });
  if (!fits(made, work.dialect)) return;
  const below = inside(work) && node.since < work.stack.from;
  const anchor = work.anchors.get(from) ?? from;
  remember(work, path, node);
  if (below) {
    work.anchors.set(path, anchor);
    work.anchored.add(anchor);
  }
  work.items.push(made);
}

/** A whiteout of one name, mostly of something that is there. */
export function hide(work: Work, folder: string, spelled: string, name: string): void {
  const { dice, tree, choice } = work;
  const there = [...tree.keys()].filter((path) => path && parent(path) === folder);
  const path = (dice.chance(0.8) ? dice.some(there) : undefined) ?? join(folder, name);
  if (choice.applier === 'docker' && !tree.has(folder)) return;
  const made = whiteout(spelled, base(path));
  if (any(work.touched, path) || work.hidden.has(path) || fixed(work, path) || !fits(made, work.dialect)) return;
  forget(work, path);
  work.hidden.add(path);
  work.items.push(made);
}

/** An opaque whiteout. Those of docker want to stand before what their layer puts into the directory. */
export function clear(work: Work, folder: string, spelled: string): void {
  const { tree, choice, touched, frozen, anchored } = work;
  const simple = spelled.replace(/^\.?\//, '') === (folder && `${folder}/`);
  if (!tree.has(folder) || (choice.applier === 'docker' && !simple)) return;
  const inner = (names: Iterable<string>) =>
    any(
      [...names].filter((path) => path !== folder),
      folder,
    );
  if (inner(touched) || inner(frozen) || (!choice.hard && inner(anchored)) || work.hidden.has(`${folder}/`)) return;
  const made = whiteout(spelled);
  if (!fits(made, work.dialect)) return;
  forget(work, folder, true);
  work.hidden.add(`${folder}/`);
  work.items.push(made);
}

/** Whiteouts hide what is below, wherever they stand: umoci knows that, docker does not. */
export function scatter(work: Work): void {
  const { dice, items, changed } = work;
  for (const it of [...items]) {
    const [, folder = '', plain] = /^(?:\.?\/)?((?:.*\/)?)\.wh\.(.*)$/s.exec(it.name) ?? [];
    if (plain === undefined || dice.chance(0.5)) continue;
    let path = folder.slice(0, -1);
    let still = true;
    for (; path; path = parent(path)) still &&= work.tree.get(path)?.kind === 'directory' && !changed.has(path);
    if (!still) continue;
    const start = items.indexOf(it);
    items.splice(start, 1);
    items.splice(start + dice.below(items.length - start + 1), 0, it);
  }
}
