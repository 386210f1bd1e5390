import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { tried } from './command.ts';
import { dockerArchive } from './image/archive.ts';
import { folder } from './peers/tools.ts';
import { wheel } from './python/wheels.ts';
import { archive, file } from './tar/blocks.ts';

/* What people get wrong at first, and what they are told. */

const mistakes: [line: string, told: RegExp][] = [
  [
    'squash demo-1.0-py3-none-any.whl',
    /: is not a tar archive but a zip\nhint: layertool wheel makes a layer of a wheel\n$/,
  ],
  ['squash image.tar', /: is an image, not a layer\nhint: layertool export makes a layer of an image/],
  ['image image.tar', /: is an image, not a layer\nhint: .*a base is given with --base\n$/],
  ['image --base layer.tar', /: is not an image: .*\nhint: .*layertool image makes one\n$/],
  ['image folder', /: is a directory\nhint: layertool dir makes a layer of one\n$/],
  ['squash folder', /: is a directory\nhint: layertool dir makes a layer of one\n$/],
  ['file folder', /: is a directory\nhint: layertool dir makes a layer of one\n$/],
  ['wheel demo-1.0.tar.gz', /: is a source distribution, not a wheel\nhint: uv build --wheel, or pip wheel, /],
  [
    'wheel --python 3.12 other-1.0-cp311-cp311-linux_x86_64.whl',
    /does not run on Python 3\.12 .*\nhint: its tags are cp311-cp311-linux_x86_64\n$/,
  ],
  ['sqash l.tar', /^layertool: there is no command "sqash"\nhint: did you mean squash\?\n$/],
  ['squash --drop-whiteout l.tar', /there is no flag --drop-whiteout\nhint: did you mean --drop-whiteouts\?\n$/],
  ['man sqash', /there is no command "sqash"\nhint: did you mean squash\?\n$/],
  ['completion tcsh', /^layertool completion: it needs one of bash, zsh, fish\n/],
];

test('likely mistakes are answered with what was meant', async (t) => {
  const cwd = await folder(t);
  const layer = archive(file('x', { name: 'x' }));
  writeFileSync(join(cwd, 'layer.tar'), layer);
  writeFileSync(join(cwd, 'image.tar'), dockerArchive({ layers: [layer] }));
  writeFileSync(join(cwd, 'demo-1.0-py3-none-any.whl'), wheel());
  const tag = 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-linux_x86_64\n';
  writeFileSync(join(cwd, 'other-1.0-cp311-cp311-linux_x86_64.whl'), wheel({ name: 'other', wheel: tag }));
  mkdirSync(join(cwd, 'folder'));
  for (const [line, told] of mistakes) {
    const { status, stdout, stderr } = await tried(line.split(' '), { cwd });
    assert.ok(status > 0, line);
    assert.equal(stdout.length, 0, line);
    assert.match(stderr, told, line);
  }
});
