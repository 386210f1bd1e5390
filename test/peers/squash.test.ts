import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { dockers, type Image, load, umoci } from './apply.ts';
import { docker } from './docker.ts';
import type { Choice, Stack } from './edits.ts';
import { tar } from './layer.ts';
import { describe, shrink } from './shrink.ts';
import { stack } from './stacks.ts';
import { attempt, cli, each, folder, peers } from './tools.ts';
import { attributes, diff, read, type Tree } from './tree.ts';

/**
 * Random stacks, a part of each squashed, both applied by implementations of others: the trees must be the same.
 * LAYERTOOL_SEED and LAYERTOOL_STACKS try others and more. A failure prints the seeds and, shrunk, the first
 * LAYERTOOL_SHOW of the stacks that fail. LAYERTOOL_HARD=no leaves the hardest kind out.
 */
const first = Number(process.env.LAYERTOOL_SEED ?? 1);
const many = Number(process.env.LAYERTOOL_STACKS ?? 300);
const show = Number(process.env.LAYERTOOL_SHOW ?? 1);

/** The layers with the part squashed, or what layertool had to complain. */
async function squashed({ seed, layers, from, to }: Stack, place: string): Promise<Buffer[] | string> {
  const files = layers.map((_, index) => join(place, `${index}.tar`));
  for (const [index, layer] of layers.entries()) writeFileSync(files[index]!, tar(layer));
  // Nothing is below: the whiteouts are not needed, and half of the stacks go without.
  const bottom = from === 0 && seed % 2 === 0 ? ['--drop-whiteouts'] : [];
  const stdout = join(place, 'squashed.tar');
  const outcome = await attempt(process.execPath, [cli, 'squash', ...bottom, ...files.slice(from, to)], { stdout });
  if (outcome.status !== 0) return `exit ${outcome.status}: ${outcome.stderr.replaceAll(place, '')}`;
  return [...layers.slice(0, from).map(tar), readFileSync(stdout), ...layers.slice(to).map(tar)];
}

/** The generator is wrong then, or shrinking went too far. */
const invalid = 'before squashing,';

/** What umoci makes of the stack, or why it does not. */
async function unpacked(layers: Buffer[], place: string): Promise<Tree | string> {
  try {
    await umoci(layers, `${place}.oci`, place);
    return read(place);
  } catch (error) {
    const words = error instanceof Error ? error.message.split('\n').slice(1).join(' ') : `${error}`;
    return `refused: ${words.replaceAll(place, '')}`;
  }
}

async function byUmoci(one: Stack, place: string): Promise<string[]> {
  mkdirSync(place, { recursive: true });
  try {
    const whole = await unpacked(one.layers.map(tar), join(place, 'whole'));
    if (typeof whole === 'string') return [`${invalid} ${whole}`];
    const layers = await squashed(one, place);
    if (typeof layers === 'string') return [layers];
    const less = await unpacked(layers, join(place, 'less'));
    if (typeof less === 'string') return [less];
    if (one.layers.some((layer) => layer.items.some((it) => it.attributes.length > 0)))
      await attributes(
        new Map([
          [join(place, 'whole'), whole],
          [join(place, 'less'), less],
        ]),
      );
    return diff(whole, less);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

type Judge = (stacks: Stack[]) => Promise<Map<Stack, string[]>>;

async function judged(name: string, stacks: Stack[], judge: Judge, say: (line: string) => void): Promise<void> {
  const start = Date.now();
  const complaints = [...(await judge(stacks))].filter(([, lines]) => lines.length > 0);
  const seconds = Math.round((Date.now() - start) / 100) / 10;
  say(`${name}: ${stacks.length} stacks from seed ${first}, ${complaints.length} mismatches (${seconds} s)`);
  const told: string[] = [];
  for (const [failing] of complaints.slice(0, show)) {
    const small = await shrink(failing, async (one) => (await judge([one])).get(one) ?? []);
    told.push(`${describe(small.stack)}\n${small.lines.join('\n')}`);
  }
  const seeds = complaints.map(([one]) => one.seed).join(' ');
  if (told.length > 0) assert.fail(`${name}: seeds ${seeds}\n${told.join('\n\n')}`);
}

function stacks(count: number, choice: Choice): Stack[] {
  return Array.from({ length: count }, (_, index) => stack(first + index, choice));
}

async function compare(t: TestContext, name: string, list: Stack[]): Promise<void> {
  const place = await folder(t);
  let serial = 0;
  const judge: Judge = async (some) => {
    const found = new Map<Stack, string[]>();
    await each(some, async (one) => void found.set(one, await byUmoci(one, join(place, `${serial++}`))));
    return found;
  };
  await judged(name, list, judge, (line) => t.diagnostic(line));
}

test('a squashed part has the effect of its layers: umoci', async (t) => {
  if (peers(t, 'root', 'umoci', 'getfattr')) await compare(t, 'umoci', stacks(many, { applier: 'umoci' }));
});

/** One stack in forty comes to it. */
test('a squashed part links to files below and takes their names away: umoci', async (t) => {
  if (process.env.LAYERTOOL_HARD === 'no') return t.skip('LAYERTOOL_HARD=no');
  if (!peers(t, 'root', 'umoci', 'getfattr')) return;
  const list = stacks(many * 8, { applier: 'umoci', hard: true }).filter((one) => one.hard);
  await compare(t, 'umoci, hard', list);
});

test('a squashed part has the effect of its layers: docker', async (t) => {
  if (!peers(t, 'root', 'docker', 'dockerd')) return;
  const daemon = await docker(t);
  const place = await folder(t);
  const judge: Judge = async (list) => {
    const found = new Map<Stack, string[]>();
    for (let start = 0; start < list.length; start += 10) {
      const images: Image[] = [];
      const pairs: [Stack, string, string][] = [];
      await each(list.slice(start, start + 10), async (one, index) => {
        const own = join(place, `${index}`);
        mkdirSync(own, { recursive: true });
        const layers = await squashed(one, own);
        if (typeof layers === 'string') found.set(one, [layers]);
        else {
          const [whole, less] = [`whole${index}`, `less${index}`];
          images.push({ tag: whole, layers: one.layers.map(tar) }, { tag: less, layers });
          pairs.push([one, whole, less]);
        }
      });
      const refused = await load(daemon, images, place);
      for (const [one, whole, less] of pairs) {
        const wrong = refused.get(less);
        if (refused.has(whole)) found.set(one, [`${invalid} ${refused.get(whole)}`]);
        else if (wrong) found.set(one, [wrong]);
        else found.set(one, diff(read(join(place, whole), dockers), read(join(place, less), dockers)));
        for (const tag of [whole, less]) rmSync(join(place, tag), { recursive: true, force: true });
      }
    }
    return found;
  };
  await judged('docker', stacks(Math.ceil(many / 12), { applier: 'docker' }), judge, (line) => t.diagnostic(line));
});
