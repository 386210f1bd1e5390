import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../lib/errors.ts';
import { readLayer } from '../lib/front/layer.ts';
import { tried } from './command.ts';
import { folder } from './peers/tools.ts';
import { archive, block } from './tar/blocks.ts';

const error = async (layer: string): Promise<InputError> => {
  try {
    for await (const _ of readLayer(layer));
  } catch (caught) {
    if (caught instanceof InputError) return caught;
    throw caught;
  }
  throw new Error('no error');
};

test('an error has a name, its input in the message, and what lies under it', async (t) => {
  const cwd = await folder(t);
  const missing = await error(join(cwd, 'none.tar'));
  assert.equal(missing.name, 'InputError');
  assert.equal(missing.message, `${join(cwd, 'none.tar')}: no such file or directory`);
  assert.deepEqual([missing.input, missing.problem], [join(cwd, 'none.tar'), 'no such file or directory']);
  assert.equal(missing.code, 'ENOENT');
  assert.ok(missing.cause instanceof Error && 'syscall' in missing.cause && missing.cause.syscall === 'open');

  const damaged = join(cwd, 'bad.tar');
  writeFileSync(damaged, archive(block(), block({ checksum: 'wrong' })));
  const bad = await error(damaged);
  assert.equal(bad.problem, 'byte 512: damaged header: its checksum is wrong');
  assert.ok(bad.cause instanceof Error && bad.cause.name === 'FormatError');
});

test('-v shows the causes, and only before --', async (t) => {
  const cwd = await folder(t);
  const plain = await tried(['squash', join(cwd, 'none.tar')]);
  assert.equal(plain.stderr, `layertool squash: ${join(cwd, 'none.tar')}: no such file or directory\n`);
  const verbose = await tried(['squash', '-v', join(cwd, 'none.tar')]);
  assert.match(verbose.stderr, /^layertool squash: .*\nInputError: .*\n( {4}at .*\n)+caused by Error: ENOENT.*\n/);
  const behind = await tried(['squash', '--', '-v', join(cwd, 'none.tar')]);
  assert.equal(behind.stderr, 'layertool squash: -v: no such file or directory\n');
});
