import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { isRequirement } from '../../lib/python/requirement.ts';
import { tried } from '../command.ts';
import { read } from '../entries.ts';
import { folder } from '../peers/tools.ts';
import { wheel } from './wheels.ts';

test('words that are requirements, and words that are files', () => {
  for (const word of [
    'six',
    'urllib3==1.26.7',
    'Django>=4,<5',
    'black[d]',
    'a.b-c_d',
    'x @ https://example.org/x.whl',
  ]) {
    assert.ok(isRequirement(word), word);
  }
  for (const word of ['six.whl', './six', '-', '/dev/fd/63', 'dir/x', 'a b', '', '==1', '-r']) {
    assert.ok(!isRequirement(word), word);
  }
});

/** A pip that notes what it is asked for, and brings one wheel. */
const pip = (place: string) => `#!${process.execPath}
const { copyFileSync, writeFileSync } = require('node:fs');
const words = process.argv.slice(2);
writeFileSync(${JSON.stringify(join(place, 'asked'))}, words.join('\\n'));
if (words.includes('missing')) process.exit(1);
copyFileSync(${JSON.stringify(join(place, 'brought'))}, words[words.indexOf('--dest') + 1] + '/demo-1.0-py3-none-any.whl');
`;

test('a requirement is brought by pip, for the Python that is meant', async (t) => {
  const place = await folder(t);
  mkdirSync(join(place, 'bin'));
  writeFileSync(join(place, 'brought'), wheel());
  writeFileSync(join(place, 'bin/pip'), pip(place));
  chmodSync(join(place, 'bin/pip'), 0o755);
  const env = { PATH: `${join(place, 'bin')}:/usr/bin:/bin` };
  const { stdout, stderr, status } = await tried(['wheel', '--python', '3.12', 'demo==1.0'], { env });
  assert.deepEqual([status, stderr], [0, '']);
  const names = (await read(stdout)).map(({ header }) => header.name.replace(/^.*site-packages\//, ''));
  assert.ok(names.includes('demo/__init__.py'));
  assert.ok(!names.includes('demo-1.0.dist-info/direct_url.json'), 'what came by its name has no address (PEP 610)');

  const asked = readFileSync(join(place, 'asked'), 'utf8').split('\n');
  const after = (flag: string) => asked.flatMap((word, at) => (word === flag ? [asked[at + 1]] : []));
  assert.deepEqual(asked.slice(0, 4), ['download', '--no-deps', '--only-binary', ':all:']);
  assert.deepEqual([after('--python-version'), after('--implementation')], [['3.12'], ['cp']]);
  assert.deepEqual(
    ['manylinux_2_17_x86_64', 'manylinux2014_x86_64', 'linux_x86_64'].filter(
      (tag) => !after('--platform').includes(tag),
    ),
    [],
  );
  assert.deepEqual(asked.slice(-2), ['--', 'demo==1.0']);

  const failed = await tried(['wheel', '--python', '3.12', 'missing'], { env });
  assert.deepEqual([failed.status, failed.stdout.length], [1, 0]);
  assert.match(failed.stderr, /^layertool wheel: missing: pip download failed with exit status 1\n$/);
});

test('without pip there is a clear word', async (t) => {
  const env = { PATH: await folder(t) };
  const { status, stderr, stdout } = await tried(['wheel', '--python', '3.12', 'demo'], { env });
  assert.deepEqual([status, stdout.length], [1, 0]);
  assert.equal(
    stderr,
    'layertool wheel: demo: is brought by pip, which is not on PATH\nhint: install pip, or give wheels\n',
  );
});
