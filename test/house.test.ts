import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import test from 'node:test';
import { root } from './peers/tools.ts';

/** The floors of the house, top first: a file imports from its own room and from those below, and from no other. */
const floors = [
  'cli.ts index.ts',
  'lib/commands lib/front',
  'transforms',
  'lib/push',
  'lib/registry',
  'lib/lock',
  'lib/diff lib/rebase lib/bills',
  'lib/python lib/go lib/directory lib/file lib/inspect',
  'lib/image',
  'lib/stack',
  'lib/tar',
  'lib/inputs lib/outputs',
  'lib/fetch',
  'lib/codecs lib/http',
  'lib/streams',
  'lib/entries',
  'lib/bytes',
  'lib/process',
  'lib/memory',
  'lib/help lib/errors.ts',
].map((rooms) => rooms.split(' '));

const files = ['cli.ts', 'index.ts', ...below('lib'), ...below('transforms')];
const imports = new Map(files.map((file) => [file, importsOf(file)]));

function below(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map((path) => join(folder, path));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+\.ts)'/g)].map(([, path = '']) =>
    normalize(join(dirname(file), path)),
  );
}

const roomOf = (file: string): string => (floors.flat().includes(file) ? file : dirname(file));
const floorOf = (file: string): number => floors.findIndex((rooms) => rooms.includes(roomOf(file)));

test('every file has a room', () => {
  assert.deepEqual(
    files.filter((file) => floorOf(file) < 0),
    [],
  );
});

test('imports run downwards', () => {
  const upward: string[] = [];
  for (const [file, targets] of imports) {
    for (const target of targets) {
      const isBelow = floorOf(target) > floorOf(file) || roomOf(target) === roomOf(file);
      if (!isBelow) upward.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(upward, []);
});

test('there is no circle of files', () => {
  const open: string[] = [];
  const done = new Set<string>();
  function walk(file: string): void {
    assert.ok(!open.includes(file), [...open, file].join(' → '));
    if (done.has(file)) return;
    open.push(file);
    for (const target of imports.get(file) ?? []) walk(target);
    open.pop();
    done.add(file);
  }
  for (const file of files) walk(file);
});
