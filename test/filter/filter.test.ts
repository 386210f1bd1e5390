import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseModeChange } from '../../lib/entries/mode.ts';
import { shell, tried } from '../command.ts';
import { noise, read, sha256 } from '../entries.ts';
import { dockerArchive } from '../image/archive.ts';
import { item, tar } from '../peers/layer.ts';
import { folder, peers, run } from '../peers/tools.ts';
import { layerOf, squashed, word } from '../transforms/stacking.ts';

async function given(t: TestContext, layer: Buffer): Promise<string> {
  const cwd = await folder(t);
  writeFileSync(join(cwd, 'l.tar'), layer);
  writeFileSync(join(cwd, 'l.tar.gz'), gzipSync(layer));
  return cwd;
}

/** What is left of a layer, in few words; the same from a file, a compressed one and a pipe. */
async function left(cwd: string, words: string): Promise<string> {
  const [file, zipped, piped] = [
    await shell(`layertool filter ${words} l.tar`, { cwd }),
    await shell(`layertool filter ${words} l.tar.gz`, { cwd }),
    await shell(`layertool filter ${words} <(cat l.tar)`, { cwd }),
  ];
  assert.deepEqual([file.stderr, file.status], ['', 0], words);
  assert.deepEqual([sha256(zipped.stdout), sha256(piped.stdout)], [sha256(file.stdout), sha256(file.stdout)], words);
  return (await read(file.stdout)).map(word).join(' ');
}

const cases: [edits: string, layer: string, wanted: string][] = [
  ["--delete '*.pyc'", 'a.pyc=1 d/ d/b.pyc=2 d/c=3', 'd/ d/c=3'],
  ['--delete /d', 'd/ d/a=1 d/e/ d/e/f=2 g/d=3', 'g/d=3'],
  ["--delete '/d/*' --delete '!c'", 'd/ d/a=1 d/c=2', 'd/ d/c=2'],
  ['--delete d/', 'd/ d/a=1 e/d=2', 'e/d=2'],
  ['--delete /a', 'a=1 b=>a c=>a d=>b', 'b=1 c=>b d=>b'],
  ['--delete /a --delete /b', 'a=1 b=>a c=>./a d=>b', 'c=1 d=>c'],
  ['--delete /b', 'a=1 b=>a c=>b d=>c', 'a=1 c=>a d=>c'],
  // The name of a link may end in a slash; a file's would be a directory's.
  ['--delete /a', 'a=1 b/=>a c=>a', 'b=1 c=>b'],
  // A name that comes again is another file's.
  ['--delete /a', 'a=1 b=>a a=2 c=>a', 'b=1 c=2'],
  ['--delete /a', 'a=1 b=>a b=3 c=>a', 'b=1 b=3 c=>b'.replace('c=>b', 'c=1')],
  ['--delete /a', 'b=>below/x c=>b a=1', 'b=>below/x c=>b'],
  ['--keep /d/c', './ a=1 d/ d/b=2 d/c=3 e/', './ d/ d/c=3'],
  ['--keep d/x', 'd/x=1 d/ e/', 'd/x=1 d/'],
  ['--keep /a --keep /b', 'a=1 b=2 c=3', 'a=1 b=2'],
  ["--keep '*.so' --delete /x.so", 'x.so=1 y.so=>x.so z=3', 'y.so=1'],
  ["--rename 's,^usr/local/,opt/,'", 'usr/local/ usr/local/a=1 b=>usr/local/a', 'usr/local/ opt/a=1 b=>opt/a'],
  ["--rename 's|a|b|g'", 'a-a=1 c->a-a d=>a-a', 'b-b=1 c->a-a d=>b-b'],
  ["--rename 's,^top(/|$),,'", 'top/ top/a=1', './ a=1'],
  [String.raw`--rename 's,(\w+)\.(\w+)$,$2/$1,'`, 'a.txt=1 d/b.c=2', 'txt/a=1 d/c/b=2'],
  [String.raw`--rename 's,a\,b,c\,d,'`, 'a,b=1', 'c,d=1'],
  ["--rename 's,a,b,' --delete /b", 'a=1 c=>a', 'c=1'],
  ["--delete /b --rename 's,a,b,'", 'a=1 b=2', 'b=1'],
  ['--whiteout d/a --whiteout /b --opaque d', 'd/ d/a=1 e=2', '.wh.b d/ d/.wh..wh..opq d/.wh.a d/a=1 e=2'],
  ['--whiteout a', '.wh.a b=1', '.wh.a b=1'],
  ["--whiteout a --delete '.wh.*'", 'b=1', 'b=1'],
];
for (const [edits, layer, wanted] of cases) {
  test(`${edits}: ${layer}`, async (t) => {
    assert.equal(await left(await given(t, layerOf(layer)), edits), wanted);
  });
}

test('without a layer, whiteouts make one, and squash would write it so', async (t) => {
  const cwd = await given(t, layerOf('a=1 d/ d/b=2 d/c=3 e/ e/f=4'));
  const { stdout, stderr } = await tried(['filter', '--whiteout', 'd/b', '--opaque', '/e', '--whiteout=a'], { cwd });
  assert.equal(stderr, '');
  assert.deepEqual((await read(stdout)).map(word), ['.wh.a', 'd/.wh.b', 'e/.wh..wh..opq']);
  writeFileSync(join(cwd, 'gone.tar'), stdout);
  const { stdout: whole } = await tried(['squash', '--drop-whiteouts', 'l.tar', 'gone.tar'], { cwd });
  assert.equal((await read(whole)).map(word).join(' '), await squashed(['d/ d/c=3 e/'], true));
});

test('owners, permissions and times', async (t) => {
  const items = [
    item('directory', 'd/', { mode: 0o700 }),
    item('file', 'd/a', { mode: 0o640, uid: 5, gid: 6, seconds: 100, fraction: '5' }),
    item('link', 'd/b', { target: 'd/a', mode: 0o640, uid: 5, gid: 6, seconds: 100 }),
    item('symlink', 's', { target: 'd/a', seconds: 300 }),
  ];
  const cwd = await given(t, tar({ dialect: 'pax', items }));
  const told = async (...words: string[]): Promise<string[]> => {
    const { stdout, stderr } = await tried(['filter', ...words, 'l.tar'], { cwd });
    assert.equal(stderr, '');
    return (await read(stdout)).map(
      ({ header: { name, mode, uid, gid, mtime } }) => `${name} ${mode.toString(8)} ${uid}:${gid} ${mtime}`,
    );
  };
  assert.deepEqual(await told('--chown', '1:2=/d/a', '--chmod', 'go-rwx,u+x=/d', '--clamp', '200'), [
    'd/ 700 0:0 200',
    'd/a 700 1:2 100',
    'd/b 700 1:2 100',
    's 777 0:0 200',
  ]);
  assert.deepEqual(await told('--chmod', '0', '--chown=9'), [
    'd/ 0 9:9 1000000000',
    'd/a 0 9:9 100',
    'd/b 0 9:9 100',
    's 777 9:9 300',
  ]);
  const nothing = await tried(['filter', '--clamp', '99999999999', 'l.tar'], { cwd });
  assert.equal(
    sha256(nothing.stdout),
    sha256(readFileSync(join(cwd, 'l.tar'))),
    'what does not change keeps its bytes',
  );
});

test('permissions change as chmod changes them', async (t) => {
  if (!peers(t, 'chmod', 'stat')) return;
  const cwd = await folder(t);
  const path = join(cwd, 'f');
  writeFileSync(path, '');
  for (const text of [
    '644',
    '4755',
    'u+x',
    'a=r',
    'go-w',
    'u=rwx,g=rx,o=',
    'a+X',
    'g+s',
    'a+t',
    'u-s,o+w',
    'a-x+X'.slice(0, 3),
    'ug=rX',
  ]) {
    for (const start of [0o640, 0o751, 0o6777, 0o000, 0o1711]) {
      await run('chmod', [start.toString(8), path]);
      await run('chmod', [text, path]);
      const { stdout } = await run('stat', ['-c', '%a', path]);
      assert.equal(
        parseModeChange(text)?.(start, false).toString(8),
        stdout.toString().trim(),
        `${start.toString(8)} ${text}`,
      );
    }
  }
  assert.equal(parseModeChange('a+X')?.(0o600, true), 0o711, 'a directory');
  for (const text of ['', 'rwx', 'u', 'u+y', '+x,', '8', '07777777'])
    assert.equal(parseModeChange(text), undefined, text);
});

test('what matches nothing is said, and with --strict an error', async (t) => {
  const cwd = await given(t, layerOf('a=1 b=2'));
  const words = ['--delete', '/a', '--delete', 'no', '--rename', 's,x,y,', '--chown', '1=*.z', '--chmod', 'a=x=b'];
  const { status, stderr } = await tried(['filter', ...words, 'l.tar', '-o', 'out'], { cwd });
  const line = (flag: string) => `layertool filter: ${flag} matches nothing\n`;
  assert.deepEqual([status, stderr], [0, line('--delete "no"') + line('--rename "s,x,y,"') + line('--chown "1=*.z"')]);
  const strict = await tried(['filter', '--strict', ...words, 'l.tar', '-o', 'strict'], { cwd });
  assert.deepEqual(
    [strict.status, strict.stderr],
    [1, 'layertool filter: l.tar: has nothing that --delete "no" matches\n'],
  );
});

test('what is wrong is told', async (t) => {
  const cwd = await given(t, layerOf('a=1 b=2 c=>a d/ .wh.e'));
  writeFileSync(join(cwd, 'image.tar'), dockerArchive({ layers: [layerOf('x=1')] }));
  writeFileSync(join(cwd, 'climbs.tar'), layerOf('../x=1'));
  writeFileSync(join(cwd, 'cut.tar'), readFileSync(join(cwd, 'l.tar')).subarray(0, 1500));
  const wrong: [string, number, RegExp][] = [
    ['', 2, /it needs a layer\nhint: /],
    ['--delete a', 2, /it needs a layer\nhint: /],
    ['l.tar l.tar', 2, /it takes one layer, not also l\.tar/],
    ["--rename 's,a,b,' l.tar", 1, /^layertool filter: l\.tar: a and b would both be b\n$/],
    ["--rename 's,.*,,' l.tar", 1, /l\.tar: a would have no name\n$/],
    ["--rename 's,a,../../a,' l.tar", 1, /l\.tar: a would climb out of the root\n$/],
    [`--rename 's,a,${'n'.repeat(256)},' l.tar`, 1, /l\.tar: a would have a name that is too long\n$/],
    ["--rename 'y/a/b/' l.tar", 2, /is no substitution: it has not three parts\nhint: /],
    ["--rename 's,(,b,' l.tar", 2, /is no substitution: .*Unterminated group\nhint: /],
    ["--rename 's,a,b,x' l.tar", 2, /there is no flag x\nhint: /],
    [String.raw`--rename 's,(a),\1,' l.tar`, 2, /what was matched is \$1, not \\/],
    ['--chmod rwx l.tar', 2, /--chmod takes MODE or MODE=GLOB, not "rwx"\nhint: /],
    ['--chown me=a l.tar', 2, /--chown takes UID or UID:GID/],
    [
      '--chmod 600=/c l.tar',
      1,
      /^layertool filter: l\.tar: c is another name of a, which would have to change as well\n$/,
    ],
    ['--clamp now l.tar', 2, /--clamp takes seconds since 1970, not "now"\n$/],
    ['--whiteout / l.tar', 2, /is not a path that a whiteout can hide/],
    ['--whiteout .wh.x l.tar', 2, /is not a path that a whiteout can hide/],
    ['--opaque ../x l.tar', 2, /is not a directory that a whiteout can hide/],
    ['--delete a image.tar', 1, /image\.tar: is an image, not a layer\nhint: /],
    ['--delete a <(gzip < image.tar)', 1, /is an image, not a layer\nhint: /],
    ['--delete a climbs.tar', 1, /climbs\.tar: \.\.\/x climbs out of the root\n$/],
    ['--delete a cut.tar', 1, /cut\.tar: is cut off/],
    ['--delete a <(false)', 1, /is empty\nhint: did the command/],
  ];
  for (const [line, status, words] of wrong) {
    const outcome = await shell(`layertool filter ${line} -o out`, { cwd });
    assert.match(outcome.stderr, words, line);
    assert.equal(outcome.status, status, line);
  }
});

test('a large file that goes while it flows by is carried by its next name', async (t) => {
  const content = noise(3_000_000, 4).toString('latin1');
  const cwd = await given(
    t,
    tar({
      dialect: 'pax',
      items: [item('file', 'a', { content }), item('file', 'b'), item('link', 'c', { target: 'a' })],
    }),
  );
  const { stdout } = await shell('layertool filter --delete /a - < <(cat l.tar.gz)', { cwd });
  const list = await read(stdout);
  assert.deepEqual(
    list.map(({ header }) => header.name),
    ['b', 'c'],
  );
  assert.equal(sha256(list[1]!.content), sha256(Buffer.from(content, 'latin1')));
});
