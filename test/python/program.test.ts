import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { shell } from '../command.ts';
import { sha256 } from '../entries.ts';
import { folder } from '../peers/tools.ts';
import { installed, PACKAGES, wheel } from './wheels.ts';
import type { Member } from './zip.ts';

const flip = (content: string) => (list: Member[]) =>
  list.map((one) => (one.name === 'demo/__init__.py' ? { ...one, content } : one));

test('tags that run', async (t) => {
  const place = await folder(t);
  for (const tag of [
    'py3-none-any',
    'py2.py3-none-any',
    'py312-none-any',
    'cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64',
    'cp38-abi3-linux_x86_64',
    'cp312-none-musllinux_1_1_aarch64',
    'py3-none-win_amd64\nTag: py3-none-any',
  ]) {
    const layer = await installed(place, [
      wheel({ wheel: `Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: ${tag}\n` }),
    ]);
    assert.ok(layer.names.includes(`${PACKAGES}/demo/__init__.py`), tag);
  }
});

test('the program: files and pipes alike, exit 1 and nothing on stdout', async (t) => {
  const cwd = await folder(t);
  writeFileSync(
    join(cwd, 'demo-1.0-cp311-cp311-linux_x86_64.whl'),
    wheel({ wheel: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: cp311-cp311-linux_x86_64\n' }),
  );
  writeFileSync(join(cwd, 'bad-1.0-py3-none-any.whl'), wheel({ name: 'bad', members: flip('x = 2\n') }));
  const plain = await shell('cp demo-*.whl other-name; layertool wheel other-name', { cwd });
  assert.equal(
    plain.stderr,
    'layertool wheel: installing for Python 3.11; --python X.Y or --target IMAGE chooses another\n',
  );
  const piped = await shell('cat demo-*.whl | layertool wheel - -q', { cwd });
  assert.deepEqual([piped.status, piped.stderr, sha256(piped.stdout)], [0, '', sha256(plain.stdout)]);
  for (const line of [
    'layertool wheel --python 3.11 demo-*.whl bad-1.0-py3-none-any.whl',
    'layertool wheel --python 3.11 demo-*.whl <(cat bad-*.whl)',
  ]) {
    const { status, stdout, stderr } = await shell(line, { cwd });
    assert.deepEqual([status, stdout.length], [1, 0]);
    assert.match(
      stderr,
      /^layertool wheel: (bad-1\.0-py3-none-any\.whl|\/dev\/fd\/[0-9]+): RECORD lists demo\/__init__\.py with another sha256\n$/,
    );
  }
});
