import { type Choice, clear, hide, inside, link, put, type Stack, scatter, type Work, write } from './edits.ts';
import { dialects } from './layer.ts';
import { join, model, type Node, parent, resolve, spellings, within } from './model.ts';
import { random } from './random.ts';

/**
 * Random stacks of layers that real appliers accept, with the part of them that is to be squashed.
 *
 * Squash is not told of the layers outside its part. So inside it nothing depends on them in a way that the layers given
 * do not show: paths go through symlinks of the part only (or through one of below that the whole part uses alike, as
 * with a base whose `bin` leads to `usr/bin`), and a file of below that gets a further name keeps its own.
 */
const names = ['a', 'a-b', 'a.b', 'b', 'c', 'd', 'e f', 'a\xff', '\xc3\xa4', '10', '9', '__proto__', 'Z'] as const;
const long = 'n'.repeat(110);
/** Directories with no header in any layer are named so, because each applier gives them other modes. */
const undescribed = ['i-a', 'i-b'] as const;

export function stack(seed: number, options: Choice): Stack {
  const dice = random(seed);
  const choice = { hard: false, ...options };
  const count = 2 + dice.below(4);
  const to = dice.chance(0.5) ? count : 2 + dice.below(count - 1);
  const from = dice.chance(0.5) ? 0 : dice.below(to - 1);
  const made: Stack = { seed, layers: [], from, to, hard: false };
  const rest = {
    frozen: new Set<string>(),
    anchored: new Set<string>(),
    anchors: new Map(),
    alias: undefined,
    serial: 0,
  };
  const work: Work = { dice, tree: model(), choice, stack: made, dialect: 'pax', ...blank(), ...rest };
  const only = dice.chance(0.5) ? dice.pick(dialects) : undefined;
  for (let index = 0; index < count; index++) {
    Object.assign(work, { dialect: only ?? dice.pick(dialects), ...blank() });
    if (index === 0 && from > 0 && dice.chance(0.3)) merged(work);
    for (let steps = dice.below(9) + (index === 0 ? 3 : 0); steps > 0; steps--) step(work);
    if (choice.applier === 'umoci') scatter(work);
    made.layers.push({ dialect: work.dialect, items: work.items });
  }
  return made;
}

const blank = () => ({ items: [], touched: [], hidden: new Set<string>(), changed: new Set<string>() });

/** A base with `bin -> usr/bin`, which the part knows as `bin` only. */
function merged(work: Work): void {
  for (const path of ['usr', 'usr/bin']) write(work, 'directory', path, `${path}/`);
  write(work, 'symlink', 'bin', 'bin', 'usr/bin');
  work.alias = { real: 'usr/bin', name: 'bin' };
  for (const path of ['usr', 'usr/bin', 'bin']) work.frozen.add(path);
}

function step(work: Work): void {
  const { dice } = work;
  const folder = place(work);
  if (!folder) return;
  const name = work.dialect !== 'ustar' && dice.chance(0.03) ? long : dice.pick(names);
  const path = join(folder.real, name);
  const spelled = folder.spelled + name;
  const roll = dice.below(100);
  if (roll < 25) put(work, 'file', path, spelled);
  else if (roll < 40) put(work, 'directory', path, `${spelled}${dice.chance(0.9) ? '/' : ''}`);
  else if (roll < 52) put(work, 'symlink', path, spelled, goal(work, folder.real));
  else if (roll < 68) link(work, path, spelled, (real) => spell(work, real));
  else if (roll < 71) put(work, 'fifo', path, spelled);
  else if (roll < 90) hide(work, folder.real, folder.spelled, name);
  else clear(work, folder.real, folder.spelled);
}

type Place = { real: string; spelled: string };

/** A directory to write in, and a way to spell it. */
function place(work: Work): Place | undefined {
  const { dice, tree } = work;
  const folders = [...tree].filter(([path, node]) => node.kind === 'directory' && path.split('/').length < 4);
  let real = (dice.chance(0.3) ? undefined : dice.some(folders)?.[0]) ?? '';
  let spelled = spell(work, real);
  if (work.choice.applier === 'umoci' && dice.chance(0.05)) {
    const dangling = through(work).find(({ path }) => !tree.has(path) && /(^|\/)i-.$/.test(path));
    if (dangling) [real, spelled] = [dangling.path, `${dangling.name}/`];
  } else if (dice.chance(0.1)) {
    const name = dice.pick(undescribed);
    [real, spelled] = [join(real, name), `${spelled}${name}/`];
  }
  if (tree.has(real) && tree.get(real)?.kind !== 'directory') return undefined;
  return { real, spelled };
}

/** Symlinks that may be gone through now, and where they lead. */
function through(work: Work): { name: string; path: string }[] {
  const found: { name: string; path: string }[] = [];
  for (const [name, node] of work.tree) {
    const end = node.kind === 'symlink' ? resolve(work.tree, '', name) : undefined;
    if (end && known(work, end.through)) found.push({ name, path: end.path });
  }
  return found;
}

const known = (work: Work, nodes: Node[]) => !inside(work) || nodes.every((node) => node.since >= work.stack.from);

/** A directory as a prefix of names. */
function spell(work: Work, real: string): string {
  const { dice, alias } = work;
  if (alias && inside(work) && within(real, alias.real)) return `${alias.name}${real.slice(alias.real.length)}/`;
  const ways = dice.chance(0.3) ? spellings(work.tree, real).filter((way) => known(work, way.through)) : [];
  const way = dice.some(ways)?.path ?? real;
  const start = dice.chance(0.1) ? './' : dice.chance(0.05) ? '/' : '';
  return start + (way && `${way}/`);
}

/** Where a symlink in a folder leads: to something that is there, mostly, relative or absolute, or to nothing. */
function goal(work: Work, folder: string): string {
  const { dice, tree } = work;
  const roll = dice.below(10);
  if (roll < 1) return dice.pick([...names, '..', '.', '/', '../../../a']);
  if (roll < 3) return (dice.chance(0.5) ? '/' : '') + dice.pick(undescribed);
  const folders = [...tree].filter(([path, node]) => path && (node.kind === 'directory' || dice.chance(0.3)));
  const path = dice.some(folders)?.[0] ?? 'b';
  if (dice.chance(0.4)) return `/${path}`;
  if (folder && parent(path) === folder) return path.slice(folder.length + 1);
  const up = folder ? folder.split('/').length : 0;
  return '../'.repeat(up + (dice.chance(0.1) ? 3 : 0)) + path;
}
