import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { rule } from '../../lib/commands/depfile.ts';
import { attempt, folder, peers } from './tools.ts';

const names = ['a b#c$d.go', 'x[1]*?.go', 'y:z|.go', 'back\\slash\\ .go', 'e=f.go', '=.go', 's\'q"&~.go', 'ü\t.go'];

test('Make understands a rule whatever the files are called', async (t) => {
  if (!peers(t, 'make')) return;
  const place = await folder(t);
  writeFileSync(join(place, 'Makefile'), `include rules\nthe\\ target: ; @echo made\n`);
  writeFileSync(join(place, 'rules'), rule('the target', names));
  writeFileSync(join(place, 'the target'), '');
  const make = async (): Promise<string> => (await attempt('make', ['the target'], { cwd: place })).stdout.toString();
  for (const name of names) {
    writeFileSync(join(place, name), '');
    utimesSync(join(place, name), 1e9, 1e9);
  }
  utimesSync(join(place, 'the target'), 2e9, 2e9);
  assert.match(await make(), /up to date/);
  for (const name of names) {
    utimesSync(join(place, name), 3e9, 3e9);
    assert.equal(await make(), 'made\n', name);
    utimesSync(join(place, name), 1e9, 1e9);
  }
  for (const name of ['a\nb', 'a;b']) assert.throws(() => rule('target', [name]), /cannot stand in a Makefile/);
});
