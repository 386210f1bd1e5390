import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { others, shell, started, until } from './command.ts';
import { given, known, large } from './outputs/streaming.ts';

test('a reader that goes away is met with silence and 141', async (t) => {
  const { cwd } = await given(t);
  const lines = [
    '{ (layertool squash large.tar; echo $? >&3) | head -c 10 >/dev/null; } 3>&1',
    '{ (layertool image large.tar; echo $? >&3) | true; } 3>&1',
    'layertool squash large.tar > >(true); echo $?',
    'mkfifo f; (exec 3<f; sleep 0.3) & layertool squash large.tar -o f; echo $?; wait',
  ];
  for (const line of lines) {
    const { stdout, stderr } = await shell(line, { cwd });
    assert.deepEqual([stdout.toString(), stderr], ['141\n', ''], line);
  }
  const { child, ended } = started(['squash', join(cwd, 'large.tar')]);
  child.stdout.once('data', () => child.stdout.destroy());
  const { status, stderr } = await ended;
  assert.deepEqual([status, stderr], [141, ''], 'a socket');
});

test('help whose reader goes away is met with silence and 141', async () => {
  for (const words of [['--help'], ['squash', '--help'], ['--version']]) {
    const { child, ended } = started(words);
    child.stdout.destroy();
    const { status, stderr } = await ended;
    assert.deepEqual([status, stderr], [141, ''], words.join(' '));
  }
});

for (const [signal, wanted] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal}: a shell sees ${wanted}, and the unfinished file is removed`, async (t) => {
    const { cwd } = await given(t);
    const temporary = join(cwd, 'tmp');
    mkdirSync(temporary);
    const { child, ended } = started(['image', '-', '-o', join(cwd, 'out')], { TMPDIR: temporary });
    child.stdin.write(large.subarray(0, 2_000_000));
    await until(() => others(cwd, ...known, 'tmp').some((name) => name.startsWith('.out.')));
    child.kill(signal);
    const ending = await ended;
    assert.deepEqual([ending.signal, ending.stderr], [signal, ''], 'the signal is passed on');
    assert.deepEqual(others(cwd, ...known), ['tmp']);
    assert.deepEqual(others(temporary), []);
  });
}

test('SIGTERM ends it also while its reader is stuck', async (t) => {
  const { cwd } = await given(t);
  const line = `("$LAYERTOOL_NODE" "$LAYERTOOL_CLI" squash large.tar & sleep 0.8; kill -TERM $!; wait $!; echo $? > status) |
    (sleep 2.5; cat status 2>/dev/null || echo stuck)`;
  const { stdout } = await shell(line, { cwd });
  assert.equal(stdout.toString(), '143\n');
});

test('kill -9 leaves nothing in TMPDIR', async (t) => {
  const { cwd } = await given(t);
  const temporary = join(cwd, 'tmp');
  mkdirSync(temporary);
  const { child, ended } = started(['squash', '-'], { TMPDIR: temporary });
  child.stdin.write(large.subarray(0, 3_000_000));
  await until(() => child.stdin.writableLength === 0);
  assert.deepEqual(others(temporary), [], 'nothing has a name while it runs');
  child.kill('SIGKILL');
  assert.equal((await ended).signal, 'SIGKILL');
  assert.deepEqual(others(temporary), []);
});

test('nothing is left in TMPDIR', async (t) => {
  const { cwd } = await given(t);
  const { status } = await shell(
    'mkdir tmp; export TMPDIR=$PWD/tmp; layertool squash <(cat large.tar) | layertool image - --compress gzip -o out; s=$?; ls -A tmp; exit $s',
    { cwd },
  ).then((outcome) => {
    assert.equal(outcome.stdout.toString(), '');
    return outcome;
  });
  assert.equal(status, 0);
});

test('a file system without room is a clear error', async (t) => {
  if (!existsSync('/dev/full')) return t.skip('missing: /dev/full');
  const { cwd } = await given(t);
  const { status, stderr } = await shell('layertool squash l.tar > /dev/full', { cwd });
  assert.equal(stderr, 'layertool squash: standard output: no space left on the device\n');
  assert.equal(status, 1);
});

test('a signal ends the program while it waits for a FIFO', async (t) => {
  const { cwd } = await given(t);
  await shell('mkfifo fifo; mkdir -p layout/blobs; mkfifo layout/index.json', { cwd });
  for (const words of [
    ['squash', join(cwd, 'l.tar'), '-o', join(cwd, 'fifo')],
    ['squash', join(cwd, 'fifo')],
    ['image', '--base', join(cwd, 'layout')],
  ]) {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { child, ended } = started(words);
      const early = await Promise.race([ended, new Promise((wake) => setTimeout(wake, 400))]);
      if (early === undefined) child.kill(signal);
      const { signal: last, stderr } = await ended;
      if (early === undefined) assert.equal(last, signal, words.join(' '));
      else assert.match(stderr, /is not a file/);
    }
  }
});
