import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import test from 'node:test';
import { others, shell, tried } from '../command.ts';
import { sha256 } from '../entries.ts';
import { given, known, large } from './streaming.ts';

test('-o writes the bytes that stdout would get', async (t) => {
  const { cwd, wanted, path } = await given(t);
  for (const words of [['-o', 'out'], ['--output', 'out'], ['--output=out'], ['-o=out']]) {
    const { status, stdout, stderr } = await tried([...['squash', 'l.tar'], ...words], { cwd });
    assert.deepEqual([status, stdout.length, stderr], [0, 0, '']);
    assert.equal(sha256(readFileSync(path('out'))), wanted);
  }
  assert.equal((statSync(path('out')).mode & 0o777).toString(8), (0o666 & ~process.umask()).toString(8));
  assert.deepEqual(others(cwd, ...known), ['out']);
  const inPlace = await tried(['squash', 'l.tar', '-o', 'l.tar'], { cwd });
  assert.equal(inPlace.status, 0);
  assert.equal(sha256(readFileSync(path('l.tar'))), wanted, 'an input may be the output');
});

test('-o leaves a file untouched whose bytes would not change, and replaces others', async (t) => {
  const { cwd, wanted, path } = await given(t);
  const then = new Date(1e12);
  await tried(['squash', 'l.tar', '-o', 'out'], { cwd });
  chmodSync(path('out'), 0o640);
  utimesSync(path('out'), then, then);
  const before = statSync(path('out'));
  await tried(['squash', 'l.tar', '-o', 'out'], { cwd });
  assert.deepEqual([statSync(path('out')).mtimeMs, statSync(path('out')).ino], [before.mtimeMs, before.ino]);
  for (const content of [Buffer.alloc(before.size), Buffer.alloc(before.size + 1), Buffer.alloc(3)]) {
    writeFileSync(path('out'), content);
    await tried(['squash', 'l.tar', '-o', 'out'], { cwd });
    assert.equal(sha256(readFileSync(path('out'))), wanted);
    assert.equal((statSync(path('out')).mode & 0o777).toString(8), '640', 'its mode stays');
  }
});

test('-o leaves nothing when the work fails, and what was there stays', async (t) => {
  const { cwd, path } = await given(t);
  writeFileSync(path('cut.tar'), large.subarray(0, 5_000_000));
  writeFileSync(path('out'), 'old');
  for (const command of ['squash', 'image']) {
    for (const input of ['cut.tar', 'nothing.tar', '<(cat cut.tar)', '<(false)']) {
      const { status } = await shell(
        `layertool ${command} ${input} -o out; s=$?; layertool ${command} ${input} -o new; exit $s`,
        { cwd },
      );
      assert.equal(status, 1);
      assert.equal(readFileSync(path('out'), 'utf8'), 'old');
      assert.deepEqual(others(cwd, ...known, 'cut.tar'), ['out']);
    }
  }
});

test('-o goes through symlinks', async (t) => {
  const { cwd, wanted, path } = await given(t);
  mkdirSync(path('real'));
  writeFileSync(path('real/out'), 'old');
  symlinkSync('real/out', path('link'));
  await tried(['squash', 'l.tar', '-o', 'link'], { cwd });
  assert.equal(readlinkSync(path('link')), 'real/out');
  assert.equal(sha256(readFileSync(path('real/out'))), wanted);
});

test('-o goes through a symlink that leads to nothing yet, as > does', async (t) => {
  const { cwd, wanted, path } = await given(t);
  symlinkSync('new', path('dangling'));
  await tried(['squash', 'l.tar', '-o', 'dangling'], { cwd });
  assert.ok(lstatSync(path('dangling')).isSymbolicLink());
  assert.equal(sha256(readFileSync(path('new'))), wanted);
});

test('-o refuses what it cannot write', async (t) => {
  const { cwd } = await given(t);
  const cases: [string, RegExp][] = [
    ['.', /^layertool squash: \.: is a directory\n$/],
    ['missing/out', /^layertool squash: missing\/out: no such file or directory\n$/],
    ['l.tar/out', /^layertool squash: l\.tar\/out: a part of its path is not a directory\n$/],
    ['', /^layertool squash: /],
  ];
  for (const [target, words] of cases) {
    const { status, stderr } = await tried(['squash', 'l.tar', '-o', target], { cwd });
    assert.match(stderr, words);
    assert.notEqual(status, 0);
  }
  assert.deepEqual(others(cwd, ...known), []);
});

const straight: [what: string, line: string][] = [
  ['/dev/stdout', 'layertool squash l.tar -o /dev/stdout | cat'],
  ['/dev/stdout, a file', 'layertool squash l.tar -o /dev/stdout > out; cat out'],
  ['-', 'layertool squash l.tar -o - | cat'],
  ['/dev/fd/N', 'layertool squash l.tar -o /dev/fd/5 5>&1 >/dev/null | cat'],
  [
    'a substitution',
    'layertool squash l.tar -o >(cat >copy); until test -s copy; do sleep 0.1; done; sleep 0.2; cat copy',
  ],
  ['a FIFO', 'mkfifo f; layertool squash l.tar -o f & cat f; wait; test -p f'],
  ['a file that is appended to', 'layertool squash l.tar >> out; cat out'],
];
for (const [what, line] of straight) {
  test(`writes straight to: ${what}`, async (t) => {
    const { cwd, wanted } = await given(t);
    const { status, stdout, stderr } = await shell(line, { cwd });
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal(sha256(stdout), wanted);
  });
}

test('-o /dev/null leaves the device a device', async (t) => {
  const { cwd } = await given(t);
  const { status } = await tried(['squash', 'l.tar', '-o', '/dev/null'], { cwd });
  assert.equal(status, 0);
  assert.ok(statSync('/dev/null').isCharacterDevice());
});

test('-o below /dev/shm is a file like others', async (t) => {
  if (!existsSync('/dev/shm')) return t.skip('missing: /dev/shm');
  const { cwd, wanted } = await given(t);
  const out = `/dev/shm/layertool-test-${process.pid}`;
  const made = await shell(
    `trap 'rm -f ${out}' EXIT; layertool squash l.tar -o ${out} && head -c 99999 /dev/zero >${out}; layertool squash l.tar -o ${out} && cat ${out}`,
    { cwd },
  );
  assert.equal(made.stderr, '');
  assert.equal(sha256(made.stdout), wanted);
});

test('the null device is a standard output however it was opened, and so is none', async (t) => {
  const { cwd } = await given(t);
  for (const to of ['>/dev/null', '<>/dev/null 1>&0', '1<>/dev/null', '>&-']) {
    const { status, stderr } = await shell(`layertool squash l.tar ${to}`, { cwd });
    assert.deepEqual([status, stderr], [0, ''], to);
  }
});

test('-o of a descriptor goes on where it stands', async (t) => {
  const { cwd, wanted } = await given(t);
  for (const name of ['/dev/fd/1', '/dev/stdout', '/proc/self/fd/1']) {
    const { stdout } = await shell(
      `printf start >out; layertool squash l.tar -o ${name} >>out; head -c 5 out; tail -c +6 out | sha256sum`,
      { cwd },
    );
    assert.equal(stdout.toString(), `start${wanted}  -\n`, name);
  }
  const { stdout } = await shell(
    'printf start >out; layertool squash l.tar -o /dev/fd/7 7>>out; head -c 5 out; tail -c +6 out | sha256sum',
    { cwd },
  );
  assert.equal(stdout.toString(), `start${wanted}  -\n`);
});
