import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { pages, purposes } from '../../lib/commands/index.ts';
import { markdownOfCommands } from '../../lib/help/markdown.ts';
import { tried } from '../command.ts';
import { folder, root, run } from '../peers/tools.ts';

test('docs/commands.md says what the help says: npm run docs', async () => {
  assert.equal(readFileSync(join(root, 'docs/commands.md'), 'utf8'), markdownOfCommands(purposes, await pages()));
});

test('docs/inspect.svg shows what inspect says: npm run picture', async (t) => {
  const place = await folder(t);
  await run(process.execPath, ['scripts/picture.js', join(place, 'inspect.svg')], { cwd: root });
  assert.equal(readFileSync(join(place, 'inspect.svg'), 'utf8'), readFileSync(join(root, 'docs/inspect.svg'), 'utf8'));
});

test('the help is one screen, and names every command by what it is for', async () => {
  const lines = (await tried(['--help'])).stdout.toString().trimEnd().split('\n');
  assert.ok(lines.length <= 40, `${lines.length} lines`);
  for (const line of lines) assert.ok(line.length <= 100, line);
  for (const { name } of await pages())
    assert.equal(lines.filter((line) => line.startsWith(`  ${name} `)).length, 1, name);
});

test('the help of a command: usage, examples, then every flag with what holds without it', async () => {
  for (const { name, examples, flags } of await pages()) {
    const text = (await tried([name, '--help'])).stdout.toString();
    const parts = ['Usage: ', 'Examples:\n', 'Flags of every command:\n'].map((part) => text.indexOf(part));
    assert.deepEqual(
      parts,
      parts.toSorted((a, b) => a - b),
      name,
    );
    assert.ok(!parts.includes(-1) && examples.length > 0, name);
    const words = text.replace(/\s+/g, ' ');
    for (const { long, choices, default: fallback } of flags) {
      assert.ok(words.includes(long), `${name} ${long}`);
      if (fallback !== undefined) assert.ok(words.includes(`default: ${fallback}`), `${name} ${long}`);
      for (const choice of choices ?? []) assert.ok(words.includes(choice), `${name} ${long} ${choice}`);
    }
    // A person must see all of a line.
    for (const line of text.split('\n')) assert.ok(line.length <= 120, line);
  }
});

test('a default is one of the values that a flag may have', async () => {
  for (const { name, flags } of await pages()) {
    for (const { long, choices, default: fallback } of flags) {
      if (choices && fallback && fallback !== 'all') assert.ok(choices.includes(fallback), `${name} ${long}`);
    }
  }
});
