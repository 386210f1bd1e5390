import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { shell, started, tried } from '../command.ts';
import { sha256 } from '../entries.ts';
import { squashBytes } from '../transforms/stacking.ts';
import { given, layers } from './ten-layers.ts';

const all = layers.map((_, at) => `${at}.tar`);
const substitutions = layers.map((_, at) => `<(cat ${at}.tar)`);

const ways: [what: string, line: string][] = [
  ['files', `layertool squash ${all.join(' ')}`],
  ['ten substitutions', `layertool squash ${substitutions.join(' ')}`],
  [
    'nine substitutions and stdin in the middle',
    `cat 4.tar | layertool squash ${substitutions.with(4, '-').join(' ')}`,
  ],
  [
    'writers that start last to first',
    `layertool squash ${layers.map((_, at) => `<(sleep 0.${9 - at}; cat ${at}.tar)`).join(' ')}`,
  ],
  ['a file on stdin', `layertool squash - ${all.slice(1).join(' ')} < 0.tar`],
  ['/dev/stdin, a file', `layertool squash /dev/stdin ${all.slice(1).join(' ')} < 0.tar`],
  ['/dev/stdin, a pipe', `cat 0.tar | layertool squash /dev/stdin ${all.slice(1).join(' ')}`],
  ['/dev/fd/N, a file', `exec 7<0.tar; layertool squash /dev/fd/7 ${all.slice(1).join(' ')}`],
  ['one tee into two', `mkfifo one two; cat all.tar | tee one > two & layertool squash one two; wait`],
  [
    'a FIFO opened later',
    `mkfifo late; (sleep 0.4; cat 0.tar > late) & layertool squash late ${all.slice(1).join(' ')}; wait`,
  ],
  [
    'compressed in different ways',
    `gzip -k 3.tar; layertool squash 0.tar <(gzip -c 1.tar) <(cat 2.tar) 3.tar.gz ${all.slice(4).join(' ')}`,
  ],
];

for (const [what, line] of ways) {
  test(`the same bytes from: ${what}`, async (t) => {
    const { cwd, wanted } = await given(t);
    writeFileSync(join(cwd, 'all.tar'), await squashBytes(layers));
    const { status, stdout, stderr } = await shell(line, { cwd });
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert.equal(sha256(stdout), wanted);
  });
}

test('a file on stdin goes on where its descriptor stands', async (t) => {
  const { cwd } = await given(t);
  writeFileSync(join(cwd, 'joined'), Buffer.concat([Buffer.alloc(700, 'x'), layers[0]!]));
  const { stdout } = await shell('(dd bs=700 count=1 of=/dev/null status=none; layertool squash -) < joined', { cwd });
  assert.equal(sha256(stdout), sha256(await squashBytes(layers.slice(0, 1))));
});

test('sockets as stdin and stdout', async () => {
  // What Node gives its children are sockets, not pipes.
  const { child, ended } = started(['squash', '-']);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const whole = await squashBytes(layers);
  child.stdin.write(whole.subarray(0, 1000));
  setTimeout(() => child.stdin.end(whole.subarray(1000)), 100);
  const { status, stderr } = await ended;
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal(sha256(Buffer.concat(chunks)), sha256(whole));
});

/** Lines that must fail; nothing may come out. */
const failures: [what: string, line: string, status: number, words: RegExp][] = [
  ['a missing file', 'layertool squash nothing.tar', 1, /^layertool squash: nothing\.tar: no such file/],
  ['a directory', 'layertool squash .', 1, /^layertool squash: \.: is a directory/],
  [
    'an empty file',
    ': > empty; layertool squash 0.tar empty',
    1,
    /empty: is empty\nhint: did the command in <\( \) fail\?/,
  ],
  ['a command that failed', 'layertool squash 0.tar <(false)', 1, /is empty\nhint: did the command in <\( \) fail\?/],
  [
    'a command that failed, for image',
    'layertool image <(false)',
    1,
    /is empty\nhint: did the command in <\( \) fail\?/,
  ],
  [
    'a command that failed, as a base',
    'layertool image --base <(false) 0.tar',
    1,
    /is empty\nhint: did the command in <\( \) fail\?/,
  ],
  [
    'a layer that is cut off',
    'layertool squash <(head -c 50000 0.tar)',
    1,
    /cut off in the middle of 0\nhint: did the command/,
  ],
  ['an image layer that is cut off', 'layertool image <(head -c 50000 0.tar)', 1, /cut off.*\nhint: did the command/],
  [
    'no end of the archive',
    'layertool squash <(head -c 90624 0.tar)',
    1,
    /without an end-of-archive block\nhint: did the command/,
  ],
  ['a text file', 'yes text | head -c 5000 > t.txt; layertool squash t.txt', 1, /t\.txt: is not a tar archive/],
  ['a short text file', 'echo hello > t.txt; layertool squash t.txt', 1, /^layertool squash: t\.txt: is /],
  [
    'an image as a layer',
    'layertool image 0.tar -o i.tar; layertool squash i.tar',
    1,
    /i\.tar: is an image, not a layer\nhint:/,
  ],
  [
    'an image as a layer of an image',
    'layertool image 0.tar | gzip | layertool image -',
    1,
    /is an image, not a layer\nhint:/,
  ],
  ['a layer as a base', 'layertool image --base 0.tar', 1, /0\.tar: is not an image/],
  ['a closed stdin', 'layertool squash - <&-', 1, /standard input: /],
  ['a closed descriptor', 'layertool squash /dev/fd/99', 1, /\/dev\/fd\/99: /],
  ['stdin twice, a pipe', 'cat 0.tar | layertool squash - -', 2, /only once/],
  ['stdin twice, a file', 'layertool squash - - < 0.tar', 2, /once/],
  ['the same pipe twice', 'mkfifo p; layertool squash p ./p', 2, /\.\/p is the same pipe as p/],
  ['control characters', "printf x > $'a\\nb\\e[1m'; layertool squash $'a\\nb\\e[1m'", 1, /a\\x0ab\\x1b\[1m: /],
  [
    'TMPDIR that is missing',
    'TMPDIR=/does/not/exist layertool squash <(cat 0.tar)',
    1,
    /\/does\/not\/exist: no such file or directory\nhint: set TMPDIR/,
  ],
];

for (const [what, line, status, words] of failures) {
  test(`fails with a clear word: ${what}`, async (t) => {
    const { cwd } = await given(t);
    const outcome = await shell(line, { cwd });
    assert.match(outcome.stderr, words);
    assert.equal(outcome.status, status);
    assert.equal(outcome.stdout.length, 0);
    const [first, hint, ...more] = outcome.stderr.trimEnd().split('\n');
    assert.match(first!, /^layertool (squash|image): \S/);
    assert.match(hint ?? 'hint: ', /^hint: /);
    assert.deepEqual(more, [], 'two lines at most');
  });
}

test('a file that changes while it is read', async (t) => {
  const { cwd } = await given(t);
  // The writer gets on when the pipe is opened, which is after the file.
  const line = `mkfifo p; (exec 3>p; touch -d @1 0.tar; cat 1.tar >&3) & layertool squash 0.tar p -o out`;
  const { status, stderr } = await shell(line, { cwd });
  assert.deepEqual([status, stderr], [1, 'layertool squash: 0.tar: changed while it was read\n']);
  assert.ok(!existsSync(join(cwd, 'out')));
});

test('names need not look like names', async (t) => {
  const { cwd } = await given(t);
  const wanted = sha256(await squashBytes(layers.slice(0, 1)));
  for (const name of ['123', '1e3', '-x', '-o', '--', 'a b', 'caf\u00e9', '0x10']) {
    writeFileSync(join(cwd, name), layers[0]!);
    const { stdout, stderr } = await tried(['squash', '--', name], { cwd });
    assert.equal(sha256(stdout), wanted, `${name}: ${stderr}`);
  }
});
