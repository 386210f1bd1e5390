import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { shell, started, tried } from '../command.ts';
import { noise, sha256 } from '../entries.ts';
import { type Base, dockerArchive, gzipped, ociFiles, files as tarOf } from '../image/archive.ts';
import { item, tar } from '../peers/layer.ts';
import { folder } from '../peers/tools.ts';
import { layerOf, squashBytes } from '../transforms/stacking.ts';

const lower = layerOf('etc/ etc/a=1 etc/b=2 usr/ usr/x=0');
const middle = layerOf('etc/.wh.a etc/c=>etc/b');
const upper = layerOf('new=3 usr/.wh..wh..opq usr/y=4');
const stack = [lower, middle, upper];

function layout(place: string, bases: Base[]): string {
  for (const [name, content] of ociFiles(bases)) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), content);
  }
  return place;
}

async function given(t: TestContext) {
  const cwd = await folder(t);
  const path = (name: string) => join(cwd, name);
  const zipped = stack.map(gzipped);
  writeFileSync(path('docker.tar'), dockerArchive({ layers: stack }));
  writeFileSync(path('zipped.tar'), dockerArchive({ layers: zipped }));
  writeFileSync(path('whole.tar.gz'), gzipSync(readFileSync(path('zipped.tar'))));
  writeFileSync(path('oci.tar'), tarOf(...ociFiles([{ layers: zipped }])));
  writeFileSync(path('base.tar'), dockerArchive({ layers: [gzipped(lower)] }));
  writeFileSync(path('other.tar'), dockerArchive({ layers: [middle] }));
  writeFileSync(path('both.tar'), tarOf(...ociFiles([{ layers: stack }, { layers: [upper], architecture: 'arm64' }])));
  layout(path('layout'), [{ layers: zipped }]);
  return { cwd, path };
}

test('the tree of an image is that of its layers squashed, whatever the image is in', async (t) => {
  const { cwd } = await given(t);
  const wanted = sha256(await squashBytes(stack, true));
  const inputs = ['docker.tar', 'zipped.tar', 'whole.tar.gz', 'oci.tar', 'layout', 'both.tar'];
  for (const input of [...inputs, ...inputs.filter((name) => name !== 'layout').map((name) => `<(cat ${name})`)]) {
    const { status, stdout, stderr } = await shell(`layertool export ${input}`, { cwd });
    assert.deepEqual([status, stderr, sha256(stdout)], [0, '', wanted], input);
  }
  const { stdout } = await shell('layertool export --platform linux/arm64 both.tar', { cwd });
  assert.equal(sha256(stdout), sha256(await squashBytes([upper], true)));
});

test('one layer is the bytes of its diff_id', async (t) => {
  const { cwd } = await given(t);
  const words: [string, Buffer][] = [
    ['1', lower],
    ['2', middle],
    ['3', upper],
    ['-1', upper],
    ['-3', lower],
    [`sha256:${sha256(middle)}`, middle],
    [`sha256:${sha256(gzipped(upper))}`, upper],
  ];
  for (const [word, layer] of words) {
    for (const image of ['zipped.tar', 'layout', '<(cat whole.tar.gz)']) {
      const { status, stdout, stderr } = await shell(`SOURCE_DATE_EPOCH=0 layertool export --layer=${word} ${image}`, {
        cwd,
      });
      assert.deepEqual([status, stderr, sha256(stdout)], [0, '', sha256(layer)], `${word} of ${image}`);
    }
  }
});

test('what is above a base is the layers that it has not, with their whiteouts', async (t) => {
  const { cwd, path } = await given(t);
  const { stdout, stderr } = await tried(['export', '--above', 'base.tar', 'oci.tar'], { cwd });
  assert.deepEqual([stderr, sha256(stdout)], ['', sha256(await squashBytes([middle, upper]))]);
  writeFileSync(path('above.tar'), stdout);
  const again = await shell('layertool image --base base.tar above.tar | layertool export -', { cwd });
  assert.equal(sha256(again.stdout), sha256(await squashBytes(stack, true)), 'stacked on it again');
  const pipes = await shell('layertool export --above <(cat base.tar) <(cat oci.tar)', { cwd });
  assert.equal(sha256(pipes.stdout), sha256(stdout));
  const same = await tried(['export', '--above', 'oci.tar', 'zipped.tar'], { cwd });
  assert.deepEqual([same.status, same.stdout.length], [0, 1024]);
  assert.equal(same.stderr, 'layertool export: zipped.tar has no layers above oci.tar\n');
});

test('what is wrong is told', async (t) => {
  const { cwd, path } = await given(t);
  writeFileSync(path('half.tar'), dockerArchive({ layers: [lower.subarray(0, 1000)] }));
  const cases: [string, number, RegExp][] = [
    ['', 2, /^layertool export: it needs an image\n$/],
    ['a b', 2, /^layertool export: it takes one image, not also b\n$/],
    ['--layer 1 --above base.tar oci.tar', 2, /--layer and --above exclude each other/],
    ['--layer 0 oci.tar', 2, /"0" is not a layer\nhint: /],
    ['--layer top oci.tar', 2, /"top" is not a layer\nhint: /],
    ['--layer 4 oci.tar', 1, /^layertool export: oci\.tar: has no layer 4, only 3 layers\n$/],
    ['--layer -4 oci.tar', 1, /oci\.tar: has no layer -4, only 3 layers/],
    [
      '--above other.tar oci.tar',
      1,
      /oci\.tar: is not built on other\.tar: layer 1 is sha256:\w+ and not sha256:\w+\n$/,
    ],
    ['--above oci.tar base.tar', 1, /base\.tar: is not built on oci\.tar: it has 1 layers, and oci\.tar 3\n$/],
    ['--platform linux/arm64 oci.tar', 1, /oci\.tar: has no image for linux\/arm64, only for linux\/amd64/],
    ['--layer 1 half.tar', 1, /half\.tar: 0\/layer\.tar: is cut off/],
    ['half.tar', 1, /half\.tar: 0\/layer\.tar: is cut off/],
    ['<(head -c 3000 docker.tar)', 1, /cut off/],
    ['<(false)', 1, /is empty\nhint: did the command in/],
  ];
  for (const [line, status, words] of cases) {
    const outcome = await shell(`layertool export ${line} -o out`, { cwd });
    assert.match(outcome.stderr, words, line);
    assert.equal(outcome.status, status, line);
  }
});

test('a layout that changes while it is exported is an error', async (t) => {
  const cwd = await folder(t);
  const large = tar({
    dialect: 'ustar',
    items: [item('file', 'noise', { content: noise(6_000_000, 3).toString('latin1') })],
  });
  const place = layout(join(cwd, 'layout'), [{ layers: [large] }]);
  const { child, ended } = started(['export', place]);
  await new Promise((resolve) => child.stdout.once('readable', resolve));
  const blob = join(place, 'blobs/sha256', sha256(large));
  writeFileSync(blob, Buffer.concat([large, Buffer.alloc(512)]));
  child.stdout.resume();
  const { status, stderr } = await ended;
  assert.match(stderr, /^layertool export: .* changed while it was read\n$/);
  assert.equal(status, 1);
});
