import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cli, peers } from '../peers/tools.ts';
import { blobName, laid, oci, one } from './images.ts';
import { node } from './process.ts';
import { assertLine, endsBy, world } from './world.ts';

/* The edge of the program: descriptors, signals, the environment. What must happen is in CLI.md, "Conventions". */

test('edge: a null device opened for reading and writing is an output', async (t) => {
  const { bash } = await world(t);
  const { status, stderr } = await bash('layertool squash l.tar 1<>/dev/null');
  assert.deepEqual([status, stderr], [0, '']);
});

test('edge: DEVNULL of Python is an output', async (t) => {
  if (!peers(t, 'python3')) return;
  const { bash } = await world(t);
  const script = 'import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode)';
  const { status, stderr } = await bash(`python3 -c '${script}' '${node}' '${cli}' image l.tar`);
  assert.deepEqual([status, stderr], [0, '']);
});

test('edge: a closed standard output counts as the null device', async (t) => {
  const { bash } = await world(t);
  const { status, stderr } = await bash('layertool squash l.tar >&-');
  assert.deepEqual([status, stderr], [0, '']);
});

test('edge: a closed standard input and a closed standard error', async (t) => {
  const { bash } = await world(t);
  const closed = await bash('layertool squash - <&-');
  assert.equal(closed.status, 1);
  assertLine(closed.stderr, 'squash', 'standard input');
  const quiet = await bash('layertool squash nothing.tar 2>&-');
  assert.equal(quiet.status, 1);
  assert.equal((await bash('layertool squash l.tar 2>&- | tar t')).stdout.toString(), 'a\n');
});

test('edge: a directory as standard input or output', async (t) => {
  const { bash } = await world(t);
  const input = await bash('layertool squash - < home');
  assert.equal(input.status, 1);
  assertLine(input.stderr, 'squash', 'is a directory');
  const output = await bash('layertool squash l.tar -o home');
  assert.equal(output.status, 1);
  assertLine(output.stderr, 'squash', 'home');
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  const waits: [what: string, words: string[], make: (cwd: string) => void][] = [
    ['a FIFO without a writer', ['squash', 'fifo'], () => {}],
    ['a FIFO without a reader', ['squash', 'l.tar', '-o', 'fifo'], () => {}],
    ['a platform file that is a FIFO', ['wheel', '--platform-file', 'fifo', 'demo-1.0-py3-none-any.whl'], () => {}],
    [
      'an index.json that is a FIFO',
      ['inspect', 'layout'],
      (cwd) => symlinkSync('../fifo', join(cwd, 'layout/index.json')),
    ],
    [
      'a blob that is a FIFO',
      ['inspect', 'layout'],
      (cwd) => {
        laid(
          join(cwd, 'layout'),
          oci([one]).filter(([name]) => name !== blobName(one)),
        );
        symlinkSync('../../../fifo', join(cwd, 'layout', blobName(one)));
      },
    ],
    [
      'an output whose reader has stopped',
      ['image', 'large.tar'],
      (cwd) => execFileSync('truncate', ['-s', '50M', join(cwd, 'hole')]),
    ],
  ];
  for (const [what, words, make] of waits) {
    test(`edge: ${signal} ends the wait for ${what}`, async (t) => {
      const { cwd, start } = await world(t);
      execFileSync('mkfifo', [join(cwd, 'fifo')]);
      mkdirSync(join(cwd, 'layout'));
      make(cwd);
      if (words.includes('large.tar')) execFileSync('tar', ['-cf', 'large.tar', 'hole'], { cwd });
      const child = start(words);
      if (existsSync(join(cwd, 'layout/index.json')) || what.startsWith('a blob')) {
        // What is no file may also be refused at once, which a busy machine takes its time for.
        await Promise.race([once(child, 'exit'), sleep(5000, undefined, { ref: false })]);
        if (child.exitCode === 1) return;
      }
      await endsBy(child, signal);
      assert.deepEqual(readdirSync(join(cwd, 'tmp')), []);
    });
  }
}

for (const output of ['', '-o /dev/fd/1', '-o /dev/stdout', '-o -']) {
  test(`edge: what is appended to stays: squash ${output} >>`, async (t) => {
    const { bash, cwd } = await world(t);
    writeFileSync(join(cwd, 'out'), 'before\n');
    const { status, stderr } = await bash(`layertool squash l.tar ${output} >> out`);
    assert.deepEqual([status, stderr], [0, '']);
    const layer = await bash('layertool squash l.tar');
    assert.deepEqual(readFileSync(join(cwd, 'out')), Buffer.concat([Buffer.from('before\n'), layer.stdout]));
  });
}

test('edge: a reader that goes away, at whatever moment', async (t) => {
  const { bash } = await world(t);
  const line = `truncate -s 20M hole; tar -cf large.tar hole
for size in 1 1000 65536 65537 100000 1000000 5000000; do
  { { layertool image large.tar; echo $? >&3; } | head -c $size >/dev/null; } 3>&1
done`;
  const { stdout, stderr } = await bash(line);
  assert.deepEqual([stdout.toString(), stderr], ['141\n'.repeat(7), '']);
});

test('edge: an error names a directory that is a loop of symlinks', async (t) => {
  const { bash, cwd } = await world(t);
  symlinkSync('loop', join(cwd, 'loop'));
  const { status, stderr } = await bash('layertool dir loop');
  assert.equal(status, 1);
  assertLine(stderr, 'dir', 'loop: ');
});

test('edge: an error names a TMPDIR that is not there', async (t) => {
  const { bash } = await world(t);
  const { status, stderr } = await bash('cat i.tar | layertool image --base - l.tar', { TMPDIR: '/nowhere/tmp' });
  assert.equal(status, 1);
  assertLine(stderr, 'image', '/nowhere/tmp');
});

test('edge: a time past the year 9999 is no date', async (t) => {
  const { bash } = await world(t);
  const { status, stdout, stderr } = await bash('layertool image l.tar -o x && layertool inspect --json x', {
    SOURCE_DATE_EPOCH: '999999999999',
  });
  if (status !== 0) assertLine(stderr, 'image', 'SOURCE_DATE_EPOCH');
  else assert.doesNotMatch(stdout.toString(), /"created": ?"[^"]{0,3}\+|"created": ?"[^-]{5,}-/);
});

test('edge: what stands behind -- is no flag', async (t) => {
  const { bash } = await world(t);
  for (const word of ['-v', '--verbose']) {
    const { status, stderr } = await bash(`layertool squash -- ${word}`);
    assert.equal(status, 1);
    assertLine(stderr, 'squash', word);
  }
});

test('edge: a place for -o that is not there, or may not be written', async (t) => {
  const { bash } = await world(t);
  for (const place of ['nowhere/out', '/proc/out', 'l.tar/out']) {
    const { status, stderr } = await bash(`layertool squash l.tar -o ${place}`);
    assert.equal(status, 1);
    assertLine(stderr, 'squash', place);
  }
});

test('edge: an output that is its own input', async (t) => {
  const { bash, cwd } = await world(t);
  const { status, stderr } = await bash('cp l.tar same.tar; layertool squash same.tar -o same.tar && tar tf same.tar');
  assert.deepEqual([status, stderr], [0, '']);
  assert.ok(existsSync(join(cwd, 'same.tar')));
});

test('edge: a disk that is full is an error that names the place', async (t) => {
  const { bash } = await world(t);
  const full = await bash('layertool squash l.tar > /dev/full');
  assert.equal(full.status, 1);
  assertLine(full.stderr, 'squash', 'standard output');
  const device = await bash('layertool squash l.tar -o /dev/full');
  assert.equal(device.status, 1);
  assertLine(device.stderr, 'squash', '/dev/full');
});
