import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isObject, type Json, type JsonObject, parseJson } from '../../lib/image/json.ts';
import { shell, tried } from '../command.ts';
import { sha256 } from '../entries.ts';
import { type Base, configOf, dockerArchive, files, full, ociFiles } from '../image/archive.ts';
import { type Item, item, tar, whiteout } from '../peers/layer.ts';
import { folder, layertool } from '../peers/tools.ts';

const layer = (...items: Item[]): Buffer => tar({ dialect: 'pax', items });
const file = (name: string, size: number): Item => item('file', name, { content: 'x'.repeat(size) });

const lowest = layer(
  item('directory', 'etc/'),
  file('etc/kept', 500),
  file('etc/removed', 4000),
  file('etc/replaced', 3000),
  item('link', 'etc/linked', { target: 'etc/kept' }),
  item('directory', 'cache/'),
  file('cache/one', 1000),
  file('cache/two', 20),
  item('symlink', 'way', { target: 'etc' }),
);
const middle = layer(whiteout('etc/', 'removed'), whiteout('cache/'), file('cache/new', 70));
// Through a symlink of a layer below.
const upper = gzipSync(layer(file('way/replaced', 9), file('top', 8000)));

async function given(t: TestContext, contents: Record<string, Buffer>): Promise<(name: string) => string> {
  const place = await folder(t);
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), content);
  }
  return (name) => join(place, name);
}

async function json(...words: string[]): Promise<JsonObject> {
  const parsed = parseJson((await layertool(['inspect', '--json', ...words])).stdout, 'inspect', 'json');
  assert.ok(isObject(parsed));
  return parsed;
}

const each = (list: Json | undefined, ...keys: string[]): (Json | undefined)[][] =>
  (Array.isArray(list) ? list : []).map((one) => keys.map((key) => (isObject(one) ? one[key] : undefined)));

test('inspect: an image, and what its layers hide of each other', async (t) => {
  const history = [
    { created_by: 'low' },
    { created_by: 'ENV', empty_layer: true },
    { created_by: 'mid' },
    { created_by: 'up' },
  ];
  const base: Base = { layers: [lowest, middle, upper], config: full, history };
  const path = await given(t, { 'image.tar': dockerArchive(base), 'image.tar.gz': gzipSync(dockerArchive(base)) });
  const told = await json(path('image.tar'));
  assert.deepEqual(
    [told['kind'], told['name'], told['digest'], told['platform'], told['platforms']],
    ['image', 'base:1', null, 'linux/amd64', ['linux/amd64']],
  );
  assert.equal(told['id'], `sha256:${sha256(Buffer.from(configOf(base)))}`);
  assert.deepEqual(told['config'], JSON.parse(configOf(base)));
  assert.deepEqual(each(told['layers'], 'size', 'compression', 'entries', 'content', 'hidden'), [
    [lowest.length, 'none', 9, 8520, { entries: 4, bytes: 8020 }],
    [middle.length, 'none', 3, 70, { entries: 0, bytes: 0 }],
    [upper.length, 'gzip', 2, 8009, { entries: 0, bytes: 0 }],
  ]);
  assert.deepEqual(each(told['layers'], 'history'), [[history[0]], [history[2]], [history[3]]]);
  assert.deepEqual(each(told['largest'], 'path', 'size', 'layer'), [
    ['top', 8000, 3],
    ['etc/kept', 500, 1],
    ['cache/new', 70, 2],
    ['etc/replaced', 9, 3],
  ]);
  assert.deepEqual(each(told['hidden'], 'path', 'size', 'layer'), [
    ['etc/removed', 4000, 1],
    ['etc/replaced', 3000, 1],
    ['cache/one', 1000, 1],
    ['cache/two', 20, 1],
  ]);

  const text = (await layertool(['inspect', path('image.tar')])).stdout.toString();
  for (const line of [
    /^platform {2,}linux\/amd64$/m,
    /^entrypoint {2,}\["\/old"\]$/m,
    /^env {2,}PATH=\/bin\n {4,}A=1\n {4,}B=2$/m,
    /^ {2}1 {2}#{20} .* sha256:[0-9a-f]{64}\n.*\n {5}low\n {5}later layers hide 4 files of it, 8\.0 kB$/m,
    /^largest files hidden by later layers\n +4\.0 kB {2}layer 1 {2}etc\/removed$/m,
  ])
    assert.match(text, line);
  // However it arrives.
  await shell(
    `cd ${path('.')} && layertool inspect image.tar >1 && layertool inspect <(cat image.tar) | cmp - 1 &&
     layertool inspect image.tar.gz | cmp - 1 && cat image.tar.gz | layertool inspect - | cmp - 1`,
  ).then(({ status, stderr }) => assert.deepEqual([stderr, status], ['', 0]));
});

test('inspect: an image for several platforms, and a layout directory', async (t) => {
  const bases: Base[] = [{ layers: [lowest] }, { layers: [middle], architecture: 'arm64' }];
  const entries = ociFiles(bases);
  const layout = Object.fromEntries(entries.map(([name, content]) => [`layout/${name}`, Buffer.from(content)]));
  const path = await given(t, { 'index.tar': files(...entries), ...layout });
  for (const name of ['index.tar', 'layout']) {
    const told = await json(path(name), '--platform=linux/arm64');
    assert.deepEqual([told['platform'], told['platforms']], ['linux/arm64', ['linux/amd64', 'linux/arm64']]);
    assert.match(String(told['digest']), /^sha256:[0-9a-f]{64}$/);
    const text = (await layertool(['inspect', path(name)])).stdout.toString();
    assert.match(text, /^platform {2,}linux\/amd64 \(--platform picks: linux\/arm64\)$/m);
  }
});

test('inspect: a layer', async (t) => {
  const path = await given(t, { 'layer.tar': lowest, 'layer.tar.gz': gzipSync(lowest), 'none.tar': layer() });
  const told = await json(path('layer.tar.gz'));
  assert.deepEqual(told, {
    kind: 'layer',
    digest: `sha256:${sha256(gzipSync(lowest))}`,
    diff_id: `sha256:${sha256(lowest)}`,
    size: gzipSync(lowest).length,
    unpacked_size: lowest.length,
    compression: 'gzip',
    entries: { directory: 2, file: 5, link: 1, symlink: 1 },
    content: 8520,
    largest: [
      { path: 'etc/removed', size: 4000 },
      { path: 'etc/replaced', size: 3000 },
      { path: 'cache/one', size: 1000 },
      { path: 'etc/kept', size: 500 },
      { path: 'cache/two', size: 20 },
    ],
  });
  assert.match((await layertool(['inspect', path('none.tar')])).stdout.toString(), /^entries {2,}none$/m);
});

test('inspect: the entries of a layer', async (t) => {
  const odd = layer(
    item('file', 'bin/su', { mode: 0o6755, content: 'x', uid: 1000, gid: 70_000, seconds: 1 }),
    item('directory', 'tmp/', { mode: 0o1777 }),
    item('symlink', 'a\n\x1b[31m', { target: 'caf\xc3\xa9' }),
    item('link', '\xff', { target: 'bin/su', mode: 0o1600 }),
  );
  const path = await given(t, { 'odd.tar': odd, 'image.tar': dockerArchive({ layers: [odd] }) });
  assert.equal(
    (await layertool(['inspect', '--list', path('odd.tar')])).stdout.toString(),
    String.raw`-rwsr-sr-x 1000/70000        1 1970-01-01 00:00:01 bin/su
drwxrwxrwt 0/0               0 2001-09-09 01:46:40 tmp/
lrwxrwxrwx 0/0               0 2001-09-09 01:46:40 a\x0a\x1b[31m -> café
hrw------T 0/0               0 2001-09-09 01:46:40 \xff link to bin/su
`,
  );
  const lines = (await layertool(['inspect', '--list', '--json', path('odd.tar')])).stdout
    .toString()
    .trim()
    .split('\n');
  const told = lines.map((line): unknown => JSON.parse(line));
  assert.deepEqual(told[2], {
    path: 'a\n\x1b[31m',
    type: 'symlink',
    mode: '0777',
    uid: 0,
    gid: 0,
    size: 0,
    mtime: 1e9,
    target: 'café',
  });
  assert.ok(lines[3]?.includes(String.raw`"path":"\\xff","path_base64":"/w=="`), lines[3]);
  const { status, stderr } = await tried(['inspect', '--list', path('image.tar')]);
  assert.equal(status, 1);
  assert.match(stderr, /image\.tar: is an image, and --list is for a layer\nhint: /);
});

test('inspect: what is cut off, corrupt or neither image nor layer is an error', async (t) => {
  const image = dockerArchive({ layers: [lowest, upper] });
  const damaged = Buffer.from(image);
  damaged[damaged.indexOf('x'.repeat(500)) + 7] = 0x79;
  const path = await given(t, {
    'cut.tar': lowest.subarray(0, lowest.length - 1024),
    'cut.tar.gz': upper.subarray(0, upper.length - 4),
    'image.tar': image.subarray(0, image.length - 1024),
    'damaged.tar': damaged,
    text: Buffer.from('text'.repeat(500)),
    'empty/x': Buffer.alloc(0),
  });
  const wrong: [words: string[], status: number, stderr: RegExp][] = [
    [[path('cut.tar')], 1, /cut\.tar: is cut off/],
    [[path('cut.tar.gz')], 1, /cut\.tar\.gz: .*(cut off|unexpected end|ends)/],
    [[path('cut.tar'), '--list'], 1, /cut\.tar: is cut off/],
    [[path('image.tar')], 1, /image\.tar: is cut off/],
    [[path('damaged.tar')], 1, /damaged\.tar: the diff_id of layer 1 should be/],
    [[path('text')], 1, /text: is not a tar archive/],
    [[path('empty')], 1, /empty: is not an image: it has no index\.json/],
    [[path('nothing')], 1, /nothing: no such file/],
    [[path('cut.tar'), 'more'], 2, /takes one image or layer/],
    [[], 2, /it needs an image or a layer/],
  ];
  for (const [words, status, stderr] of wrong) {
    const outcome = await tried(['inspect', ...words]);
    assert.match(outcome.stderr, stderr, words.join(' '));
    assert.deepEqual([outcome.status, outcome.stdout.length], [status, 0], words.join(' '));
  }
});
