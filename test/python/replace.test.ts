import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { run } from '../../lib/commands/command.ts';
import { command as imageCommand } from '../../lib/commands/image.ts';
import { command as wheelCommand } from '../../lib/commands/wheel.ts';
import type { Entry } from '../../lib/entries/entry.ts';
import { InputError } from '../../lib/errors.ts';
import { tried } from '../command.ts';
import { bytesOf, entry, read } from '../entries.ts';
import { folder } from '../peers/tools.ts';
import { debian, file, link } from './pythons.ts';
import { type Wheel, wheel } from './wheels.ts';

const DIST = 'usr/local/lib/python3.11/dist-packages';
const INFO = `${DIST}/demo-1.0.dist-info`;

/** An image with files in Debian's folder of packages, and a RECORD of the project demo 1.0 that lists some. */
async function image(
  place: string,
  files: readonly string[],
  record: readonly string[] | undefined,
  more: Entry[] = [],
) {
  const rows = record?.map((path) => `${path},,\n`).join('');
  const layer = [
    ...files.map((path) => file(path)),
    ...(rows === undefined ? [] : [file(`${INFO}/RECORD`, rows)]),
    ...more,
  ];
  writeFileSync(join(place, 'a.tar'), await bytesOf(debian));
  writeFileSync(join(place, 'b.tar'), await bytesOf(layer));
  for (const compression of ['none', 'gzip']) {
    const out = join(place, `${compression}.image`);
    await run(imageCommand, [join(place, 'a.tar'), join(place, 'b.tar'), '--compress', compression, '-o', out]);
  }
}

const info = ['INSTALLER', 'METADATA', 'RECORD'].map((name) => `demo-1.0.dist-info/${name}`);
const usual = ['demo/__init__.py', 'demo/old.py', 'demo/sub/x.py', ...info];
const there = [...usual.slice(0, 5).map((path) => `${DIST}/${path}`), `${DIST}/other/x.py`];

/** The whiteouts of the layer of a wheel on such an image, and all its names. */
async function whiteouts(place: string, asked: Wheel, ...words: string[]): Promise<string[]> {
  const path = join(place, 'wheel');
  writeFileSync(path, wheel({ version: '2.0', ...asked }));
  const layers: string[][] = [];
  for (const compression of ['none', 'gzip']) {
    const out = join(place, 'layer.tar');
    await run(wheelCommand, ['--target', join(place, `${compression}.image`), path, '-q', '-o', out, ...words]);
    layers.push((await read(readFileSync(out))).map(({ header }) => header.name));
  }
  assert.deepEqual(layers[0], layers[1], 'the same whether its layers are compressed or not');
  const names = layers[0] ?? [];
  for (const name of names.filter((one) => one.includes('.wh.'))) {
    const hidden = name.replace('.wh.', '');
    assert.ok(!names.some((one) => one === hidden || one.startsWith(`${hidden}/`)), `${hidden} is hidden and written`);
  }
  return names.filter((name) => name.includes('.wh.'));
}

async function replaced(
  t: TestContext,
  files: string[],
  record: string[] | undefined,
  asked: Wheel = {},
  more: Entry[] = [],
) {
  const place = await folder(t);
  await image(place, files, record, more);
  return whiteouts(place, asked);
}

test('another version: its files, folders that it empties, and its dist-info are hidden', async (t) => {
  assert.deepEqual(await replaced(t, there, usual), [
    `${DIST}/.wh.demo-1.0.dist-info`,
    `${DIST}/demo/.wh.old.py`,
    `${DIST}/demo/.wh.sub`,
  ]);
});

test('where nothing of it stays, its folder goes', async (t) => {
  assert.deepEqual(await replaced(t, there, usual, { files: { 'single.py': '' } }), [
    `${DIST}/.wh.demo`,
    `${DIST}/.wh.demo-1.0.dist-info`,
  ]);
});

test('what Python compiled of it goes too, what is not listed stays', async (t) => {
  const cache = `${DIST}/demo/__pycache__`;
  const compiled = ['__init__.cpython-311.pyc', 'old.cpython-311.opt-1.pyc', 'mine.cpython-311.pyc'];
  const files = [
    ...there,
    `${DIST}/demo/mine.txt`,
    `${DIST}/demo/old.pyc`,
    ...compiled.map((name) => `${cache}/${name}`),
  ];
  assert.deepEqual(await replaced(t, files, usual), [
    `${DIST}/.wh.demo-1.0.dist-info`,
    `${DIST}/demo/.wh.old.py`,
    `${DIST}/demo/.wh.old.pyc`,
    `${DIST}/demo/.wh.sub`,
    `${cache}/.wh.__init__.cpython-311.pyc`,
    `${cache}/.wh.old.cpython-311.opt-1.pyc`,
  ]);
});

test('the same version again, also where it is written otherwise, hides nothing', async (t) => {
  const place = await folder(t);
  await image(place, there, usual);
  assert.deepEqual(await whiteouts(place, { version: '1.0' }), []);
  assert.deepEqual(await whiteouts(place, { version: '1.0.0' }), []);
  assert.deepEqual(await whiteouts(place, { name: 'demo2', files: { 'demo2.py': '' } }), []);
});

test('the project by another spelling is the same', async (t) => {
  assert.deepEqual(
    await replaced(t, there, usual, { name: 'De_mo', files: {}, metadata: 'Name: de.mo\nVersion: 2.0\n' }),
    [],
  );
  assert.equal((await replaced(t, there, usual, { name: 'Demo', files: {} })).length, 2);
});

test('programs go, the folder that they are in stays', async (t) => {
  const bin = ['usr/local/bin/demo', 'usr/local/bin/gone', 'usr/local/share/demo/x', 'usr/local/share/man/man1/demo.1'];
  const rows = ['../../../bin/demo', '../../../bin/gone', '../../../share/demo/x', '../../../share/man/man1/demo.1'];
  const points = '[console_scripts]\ndemo = demo:main\n';
  assert.deepEqual(await replaced(t, [...there, ...bin], [...usual, ...rows], { entryPoints: points }), [
    'usr/local/bin/.wh.gone',
    `${DIST}/.wh.demo-1.0.dist-info`,
    `${DIST}/demo/.wh.old.py`,
    `${DIST}/demo/.wh.sub`,
    'usr/local/share/.wh.demo',
    'usr/local/share/.wh.man',
  ]);
});

test('nothing outside the folders of the scheme is touched, whatever RECORD says', async (t) => {
  const evil = [
    ...['../../../../../etc/passwd', '/etc/passwd', '../../../../bin/python3', '..', '.', '', '../../../bin', '/'],
    ...['demo', '../../../../lib/python3.11/os.py', '../../../../../../../../etc/passwd', 'x\\0y'],
  ];
  assert.deepEqual(await replaced(t, [...there, 'etc/passwd'], [...usual, ...evil]), [
    `${DIST}/.wh.demo-1.0.dist-info`,
    `${DIST}/demo/.wh.old.py`,
    `${DIST}/demo/.wh.sub`,
  ]);
});

test('a parent that is a symlink: the whiteout stands where the file is, if that is inside', async (t) => {
  const more = [
    link('usr/local/man', 'share/man'),
    link(`${DIST}/out`, '/etc'),
    file('usr/local/share/man/man1/demo.1'),
    file('usr/local/share/man/man1/other.1'),
  ];
  const rows = [...usual, '../../../man/man1/demo.1', 'out/passwd'];
  const found = await replaced(t, [...there, 'etc/passwd'], rows, {}, more);
  assert.ok(found.includes('usr/local/share/man/man1/.wh.demo.1'));
  assert.ok(!found.some((name) => /passwd|etc/.test(name)));
});

test('a file where a folder was, and a folder where a file was', async (t) => {
  const files = [...there, `${DIST}/demo/kind`];
  const found = await replaced(t, files, [...usual, 'demo/kind'], {
    files: { 'demo/sub': 'a file', 'demo/kind/x.py': '' },
  });
  assert.deepEqual(found, [
    `${DIST}/.wh.demo-1.0.dist-info`,
    `${DIST}/demo/.wh.__init__.py`,
    `${DIST}/demo/.wh.old.py`,
  ]);
});

test('a version without a RECORD cannot be replaced', async (t) => {
  await assert.rejects(replaced(t, there, undefined), (error) => {
    return (
      error instanceof InputError && /has demo 1\.0 without a RECORD, so it cannot be replaced/.test(error.message)
    );
  });
});

test('that is said', async (t) => {
  const place = await folder(t);
  await image(place, there, usual);
  writeFileSync(join(place, 'wheel'), wheel({ version: '2.0' }));
  const words = ['wheel', '--target', join(place, 'none.image'), join(place, 'wheel'), '-o', join(place, 'x.tar')];
  const { stderr } = await tried(words);
  assert.equal(stderr, `layertool wheel: replaces demo 1.0 of ${join(place, 'none.image')}\n`);
});

test('a symlink of the project goes, and what it leads to stays', async (t) => {
  const more = [link(`${DIST}/demo/current.py`, 'real.py'), entry(`${DIST}/demo/real.py`, Buffer.from('x'))];
  const found = await replaced(t, there, [...usual, 'demo/current.py'], {}, more);
  assert.ok(found.includes(`${DIST}/demo/.wh.current.py`) && !found.some((name) => name.endsWith('real.py')));
});
