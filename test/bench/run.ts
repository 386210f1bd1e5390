import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cli, find } from '../peers/tools.ts';
import { type Case, cases, names, type Side } from './cases.ts';
import { growth } from './growth.ts';
import { layers } from './layers.ts';
import { lock } from './lock.ts';
import { type Measured, measure, time } from './measure.ts';
import { registry } from './registry.ts';
import { type Row, table } from './table.ts';
import { manyFiles, tree } from './tree.ts';
import { crowded, wheel, wheels } from './wheel.ts';

/*
 * Measures layertool against the programs that people use now, in turn on the same work, and prints what came out.
 * It judges nothing: how busy the machine is besides is not known here.
 */

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    cache: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    growth: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
if (!Number.isInteger(runs) || runs % 2 !== 1) throw new Error('--runs takes an odd number');
if (!Number.isInteger(seed)) throw new Error('--seed takes a number');

const folder = mkdtempSync(join(tmpdir(), 'layertool-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const cache = values.cache ?? folder;
mkdirSync(cache, { recursive: true });

console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, seed ${seed}`);
console.log('ours/this: the median of the ratios of runs one after the other, below 1 where layertool is faster');
if (!time) console.log("cpu and peak memory: left out, since GNU time (Debian's package time) is missing");

const notes = join(folder, 'notes');
const env: Record<string, string> = { NODE: process.execPath, CLI: cli, OUT: join(folder, 'out') };
if (values.growth) await growth(folder, env);
const chosen = values.growth ? [] : cases.filter(({ name }) => name.includes(values.only));
if (chosen.length === 0 && !values.growth)
  throw new Error(`--only takes a part of ${cases.map(({ name }) => name).join(', ')}`);
const layer = layers(cache, seed);
for (const [name, which] of Object.entries(names)) if (isNamed(name)) env[name] = await layer(which);
const images = {
  IMAGE: ['none', 'L1', 'L2', 'L3'],
  ZIPPED: ['gzip', 'L1', 'L2', 'L3'],
  BIG: ['none', 'LARGE'],
} as const;
for (const [name, [how, ...parts]] of Object.entries(images)) {
  if (!isNamed(name)) continue;
  env[name] = join(folder, `${name}.tar`);
  for (const part of parts) env[part] ??= await layer(names[part]!);
  const words = parts.map((part) => `"$${part}"`).join(' ');
  await run(`layertool image --compress ${how} -t bench:1 -o "$${name}" ${words}`);
}
if (isNamed('WHEEL') && find('pip')) env['WHEEL'] = await wheel(cache);
if (isNamed('CROWDED') && find('pip')) env['CROWDED'] = await crowded(cache);
if (isNamed('WHEELS') && find('pip')) env['WHEELS'] = await wheels(cache);
if (isNamed('TREE')) env['TREE'] = await tree(cache, await layer('root'), await layer('packages'));
if (isNamed('MANY')) env['MANY'] = manyFiles(cache);
if (isNamed('LOCK') && find('uv')) env['LOCK'] = await lock(cache);
if (isNamed('REGISTRY') && find('docker-registry')) env['REGISTRY'] = await registry(folder);
/** What was measured, for --json. */
const results: { name: string; about: string; rows: Omit<Row, 'line'>[] }[] = [];
for (const one of chosen) await compare(one);
if (values.json !== undefined) {
  const machine = { processors: cpus().length, model: cpus()[0]?.model.trim(), node: process.version, seed };
  writeFileSync(values.json, `${JSON.stringify({ machine, results }, undefined, 2)}\n`);
}

function isNamed(variable: string): boolean {
  const named = new RegExp(`\\$${variable}\\b`);
  return chosen.some(({ sides, before = '' }) =>
    [before, ...sides.map(({ line }) => line)].some((line) => named.test(line)),
  );
}

/** With a fresh $OUT each time: a program may find it there and compare. */
function run(line: string): Promise<Measured> {
  rmSync(env['OUT'] ?? '', { force: true });
  return measure(`layertool() { "$NODE" "$CLI" "$@"; }\n${line}`, env, notes);
}

async function compare({ name, about, sides, before, runs: own }: Case): Promise<void> {
  console.log(`\n${name}: ${about}`);
  const present = sides.filter(isThere);
  if (before !== undefined && present.length > 0) await run(before);
  const rows = present.map(({ name, line }): Row & { line: string } => ({ name, line, runs: [] }));
  for (let left = own?.(runs) ?? runs; left > 0; left--) {
    for (const row of rows) {
      row.runs.push(await run(row.line));
      row.output = statSync(env['OUT'] ?? '', { throwIfNoEntry: false })?.size;
    }
  }
  console.log(table(rows));
  results.push({ name, about, rows: rows.map(({ name, runs, output }) => ({ name, output, runs })) });
}

function isThere({ name, needs }: Side): boolean {
  const missing = (needs ?? []).filter((tool) => !find(tool));
  if (missing.length > 0) console.log(`  ${name}: left out, ${missing.join(' and ')} is missing`);
  return missing.length === 0;
}
