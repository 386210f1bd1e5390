import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  appendFileSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import test, { type TestContext } from 'node:test';
import { directoryEntries } from '../../lib/directory/entries.ts';
import { contentOf, gather } from '../../lib/entries/body.ts';
import type { Entry } from '../../lib/entries/entry.ts';
import { excluding } from '../../lib/entries/globs.ts';
import { fromText } from '../../lib/entries/names.ts';
import { tried } from '../command.ts';
import { type Held, noise, read } from '../entries.ts';
import { folder, layertool } from '../peers/tools.ts';

/** Makes files, by name; a name with a slash at its end is a directory. */
function make(place: string, contents: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(join(place, name, name.endsWith('/') ? '.' : '..'), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(join(place, name), content);
  }
}

async function given(t: TestContext, contents: Record<string, string | Buffer>): Promise<string> {
  const place = await folder(t);
  make(place, contents);
  return place;
}

/** The entries of `layertool dir`. */
async function dir(...words: string[]): Promise<Held[]> {
  return read((await layertool(['dir', '-q', ...words])).stdout);
}

const names = (held: Held[]): string[] => held.map(({ header }) => header.name);

test('dir: sorted as squash sorts, without a header for the directory itself', async (t) => {
  const place = await given(t, { 'a-b': '', 'a.b/x': '', 'a/z': '', 'a/é': '', 'A/': '', 'b/.wh.gone': '', 'b/!': '' });
  const wanted = ['A/', 'a/', 'a/z', 'a/é', 'a-b', 'a.b/', 'a.b/x', 'b/', 'b/.wh.gone', 'b/!'];
  // Names in a directory are compared without what follows them.
  assert.deepEqual(names(await dir(place)), wanted.map(fromText));
  assert.deepEqual(
    names(await dir(place, '--prefix', '/usr/../opt//é/')),
    wanted.map((name) => fromText(`opt/é/${name}`)),
  );
  assert.deepEqual(await dir(join(place, 'A')), [], 'an empty directory is an empty layer');
  symlinkSync(place, join(place, 'A/way'));
  assert.deepEqual(names(await dir(`${join(place, 'A/way')}//`, '--exclude=A')), wanted.slice(1).map(fromText));
  assert.match(
    (await tried(['dir', place])).stderr,
    /^layertool dir: b\/\.wh\.gone will hide a file of the layers below$/m,
  );
});

test('dir: content, modes, times, links and owners', async (t) => {
  const large = noise(200_000, 1);
  const place = await given(t, { file: 'content', large, 'd/second': '', empty: '' });
  linkSync(join(place, 'large'), join(place, 'd/link'));
  symlinkSync('../file', join(place, 'd/symlink'));
  utimesSync(join(place, 'file'), 1e9, 1234567890.25);
  lutimesSync(join(place, 'd/symlink'), 1e9, 1e9);
  const held = new Map((await dir(place, '--chown', '7:0', '--prefix', 'p')).map((one) => [one.header.name, one]));
  const about = (name: string) => held.get(name)!.header;
  assert.deepEqual([about('p/file').mtime, about('p/file').nanoseconds], [1234567890, 250_000_000]);
  assert.deepEqual([about('p/d/symlink').linkname, about('p/d/symlink').mtime], ['../file', 1e9]);
  assert.deepEqual(held.get('p/file')?.content.toString(), 'content');
  // The first name in the layer carries the content.
  assert.deepEqual(held.get('p/d/link')?.content, large);
  assert.deepEqual([about('p/large').type, about('p/large').linkname], ['link', 'p/d/link']);
  for (const { header } of held.values()) {
    assert.deepEqual([header.uid, header.gid, header.uname, header.gname], [7, 0, '', 'root']);
    assert.deepEqual([...header.pax.keys()], []);
  }
  const stats = statSync(place);
  const [own] = await dir(place, '--exclude', '*', '--exclude', '!file');
  assert.deepEqual([own?.header.uid, own?.header.uname], [stats.uid, stats.uid === 0 ? 'root' : '']);
  assert.equal((await dir(place, '--chown=5'))[0]?.header.gid, 5, 'a user alone stands for its group');
  const env = { SOURCE_DATE_EPOCH: '1000000000' };
  const clamped = await read((await layertool(['dir', place], { env })).stdout);
  assert.ok(clamped.every(({ header }) => header.mtime <= 1e9));
});

test('dir: --exclude is a line of a .gitignore', async (t) => {
  const contents = {
    'a.log': '',
    'keep.log': '',
    'build/x': '',
    'src/build': '',
    'src/é.o': '',
    'src/b.O': '',
    'n/m/o.c': '',
  };
  const place = await given(t, contents);
  const cases: [patterns: string[], left: string[]][] = [
    [
      ['*.log', '!keep.log'],
      ['build/', 'build/x', 'keep.log', 'n/', 'n/m/', 'n/m/o.c', 'src/', 'src/b.O', 'src/build', 'src/é.o'],
    ],
    [
      ['build/', 'n', '*.log'],
      ['src/', 'src/b.O', 'src/build', 'src/é.o'],
    ],
    [
      ['/build', '**/m', '*.log', '?.O', 'é.?'],
      ['n/', 'src/', 'src/build'],
    ],
    [
      ['*', '!n', '!n/**', '# comment'],
      ['n/', 'n/m/', 'n/m/o.c'],
    ],
  ];
  for (const [patterns, left] of cases) {
    const words = patterns.flatMap((pattern) => ['--exclude', pattern]);
    assert.deepEqual(names(await dir(place, ...words)), left.map(fromText), patterns.join(' '));
  }
  // It forgets what it was asked, now and then, and answers the same.
  const isExcluded = excluding(['x*', '!x7']);
  for (let at = 0; at < 10_000; at++) assert.equal(isExcluded(`x${at}`), at !== 7);
});

test('dir: what is excluded is not even read', async (t) => {
  const place = await given(t, { 'secret/file': '', 'open/file': '' });
  const entries = directoryEntries(place, { ...quiet, isExcluded: (name) => name === 'secret/' });
  rmSync(join(place, 'secret'), { recursive: true });
  const found: string[] = [];
  for await (const { header } of entries as AsyncIterable<Entry>) found.push(header.name);
  assert.deepEqual(found, ['open/', 'open/file']);
});

test('dir: a socket is left out, and told', async (t) => {
  const place = await given(t, { file: '' });
  const server = createServer().listen(join(place, 'socket'));
  await once(server, 'listening');
  t.after(() => server.close());
  const { status, stderr, stdout } = await tried(['dir', place]);
  assert.deepEqual([status, stderr], [0, 'layertool dir: socket is a socket, and left out\n']);
  assert.deepEqual(names(await read(stdout)), ['file']);
});

test('dir: its own output is left out of it', async (t) => {
  const place = await given(t, { file: 'content' });
  const out = join(place, 'layer.tar');
  for (let times = 0; times < 2; times++) {
    await layertool(['dir', place, '-o', out]);
    assert.deepEqual(names(await read(readFileSync(out))), ['file']);
  }
  rmSync(out);
  await layertool(['dir', place], { stdout: out });
  assert.deepEqual(names(await read(readFileSync(out))), ['file']);
});

const quiet = { isExcluded: () => false, isOutput: () => false, warn: () => {} };

function replace(path: string): void {
  writeFileSync(`${path}2`, 'another');
  renameSync(`${path}2`, path);
}

function becomeLink(path: string): void {
  rmSync(path);
  symlinkSync('elsewhere', path);
}

/** Takes the entries one after another, and does something before the body of the first is read. */
async function disturbed(place: string, disturb: () => void): Promise<void> {
  const source: Readable = directoryEntries(place, quiet);
  let first = true;
  for await (const { header, body } of source as AsyncIterable<Entry>) {
    if (first) disturb();
    first = false;
    await gather(contentOf(body), 1e9, header.name);
  }
}

test('dir: a file that changes while it is read is an error, and so is one that vanishes', async (t) => {
  const large = noise(300_000, 2);
  const changes: [what: string, disturb: (path: string) => void, message: RegExp][] = [
    ['grows', (path) => appendFileSync(path, 'more'), /changed while the directory was read/],
    ['shrinks', (path) => truncateSync(path, 3), /changed while the directory was read/],
    ['is written to', (path) => writeFileSync(path, 'other', { flag: 'r+' }), /changed while the directory was read/],
    ['vanishes', (path) => rmSync(path), /vanished while the directory was read/],
    ['is replaced', replace, /changed while the directory was read/],
    ['becomes a symlink', becomeLink, /changed while the directory was read/],
  ];
  for (const [what, disturb, message] of changes) {
    for (const content of [large, Buffer.from('small')]) {
      const place = await given(t, { a: large, b: content });
      // Clocks of file systems are coarse: what changes in the same instant is seen by its old time.
      utimesSync(join(place, 'b'), 1e9, 1e9);
      const reading = disturbed(place, () => disturb(join(place, 'b')));
      await assert.rejects(reading, message, `one of ${content.length} bytes ${what}`);
    }
  }
});

test('dir: a large file that changes between two of its chunks is an error', async (t) => {
  const content = noise(3_000_000, 3);
  for (const disturb of [appendFileSync, (path: string) => writeFileSync(path, 'other', { flag: 'r+' })]) {
    const place = await given(t, { a: content });
    utimesSync(join(place, 'a'), 1e9, 1e9);
    const reading = async (): Promise<void> => {
      for await (const { body } of directoryEntries(place, quiet) as AsyncIterable<Entry>) {
        for await (const _ of contentOf(body)) disturb(join(place, 'a'), 'more');
      }
    };
    await assert.rejects(reading, /changed while the directory was read/);
  }
});

test('dir: what is no directory, and flags that are wrong', async (t) => {
  const place = await given(t, { file: '' });
  const wrong: [words: string[], status: number, stderr: RegExp][] = [
    [[], 2, /^layertool dir: it needs a directory\n/],
    [[place, place], 2, /it takes one directory/],
    [[join(place, 'file')], 1, /file: is not a directory\n$/],
    [[join(place, 'nothing')], 1, /nothing: no such file or directory\n$/],
    [[place, '--chown', 'me'], 2, /--chown takes UID or UID:GID, in numbers, not "me"/],
    [[place, '--chown', '4294967295'], 2, /--chown takes/],
    [[place, '--prefix', 'a/../..'], 2, /--prefix leads out of the image/],
  ];
  for (const [words, status, stderr] of wrong) {
    const outcome = await tried(['dir', ...words, '-o', '/dev/null']);
    assert.equal(outcome.status, status);
    assert.match(outcome.stderr, stderr);
  }
});
