import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { shell, tried } from './command.ts';
import { sha256 } from './entries.ts';
import { folder, peers } from './peers/tools.ts';
import { layerOf } from './transforms/stacking.ts';

async function given(t: TestContext): Promise<string> {
  const cwd = await folder(t);
  writeFileSync(join(cwd, 'l.tar'), layerOf('.wh.x a=1'));
  return cwd;
}

/** Command lines that are wrong: exit 2, nothing on stdout, and these words. */
const wrong: [words: string[], told: string][] = [
  [[], 'layertool: which command?\nhint: layertool --help lists them\n'],
  [['squahs', 'l.tar'], 'layertool: there is no command "squahs"\nhint: did you mean squash?\n'],
  [['Image'], 'layertool: there is no command "Image"\nhint: did you mean image?\n'],
  [['xyzzy'], 'layertool: there is no command "xyzzy"\n'],
  [['toString'], 'layertool: there is no command "toString"\n'],
  [['__proto__'], 'layertool: there is no command "__proto__"\n'],
  [['a\nb\x1b[31m'], 'layertool: there is no command "a\\nb\\u001b[31m"\n'],
  [['squash'], 'layertool squash: it needs at least one layer\n'],
  [['wheel'], 'layertool wheel: it needs at least one wheel, or a --lock\n'],
  [['wheel', '--extra', 'db', 'x.whl'], 'layertool wheel: --extra goes with --lock FILE\n'],
  [['wheel', '--only', 'torch', 'x.whl'], 'layertool wheel: --only goes with --lock FILE\n'],
  [['wheel', '--no-cache', 'x.whl'], 'layertool wheel: --no-cache goes with --lock FILE\n'],
  [
    ['squash', 'l.tar', '--drop-whiteout'],
    'layertool squash: there is no flag --drop-whiteout\nhint: did you mean --drop-whiteouts?\n',
  ],
  [['squash', 'l.tar', '--outptu=x'], 'layertool squash: there is no flag --outptu\nhint: did you mean --output?\n'],
  [['squash', 'l.tar', '-x'], 'layertool squash: there is no flag -x\n'],
  [['squash', 'l.tar', '--toString'], 'layertool squash: there is no flag --to-string\n'],
  [['squash', 'l.tar', '--output'], 'layertool squash: --output needs a value\n'],
  [['squash', 'l.tar', '-o'], 'layertool squash: -o needs a value\n'],
  [['squash', '-o', '--quiet', 'l.tar'], 'layertool squash: -o needs a value\n'],
  [['squash', 'l.tar', '--progress', 'loud'], 'layertool squash: --progress is one of auto, plain, none, not "loud"\n'],
  [['image', '--format', 'tar'], 'layertool image: --format is one of docker, oci, not "tar"\n'],
  [['image', '--compress=brotli'], 'layertool image: --compress is one of auto, none, gzip, zstd, not "brotli"\n'],
  [['image', '-e', 'NOTHING'], 'layertool image: --env takes KEY=VALUE, not "NOTHING"\n'],
  [['image', '-l', '=x'], 'layertool image: --label takes KEY=VALUE, not "=x"\n'],
  [['image', '--stop-signal', 'stop'], 'layertool image: --stop-signal takes a signal like SIGTERM, not "stop"\n'],
  [['image', '-p', '99999'], 'layertool image: --exposed-ports takes PORT, PORT/tcp or PORT/udp, not "99999"\n'],
  [
    ['image', '--healthcheck-interval', '5'],
    'layertool image: --healthcheck-interval takes a time like 30s or 1m30s, not "5"\n',
  ],
  [['image', '--entrypoint', '[1]'], 'layertool image: --entrypoint: [1] is not a JSON array of strings\n'],
  [
    ['image', '--platform', 'linux'],
    'layertool image: "linux" is not a platform\nhint: a platform is OS/ARCH or OS/ARCH/VARIANT: linux/arm64\n',
  ],
  [['image', '-t', 'Upper'], 'layertool image: "Upper" is not a tag\nhint: a name is in lower case\n'],
  [['wheel', '--python', 'three', 'x.whl'], 'layertool wheel: --python takes X.Y, as 3.12, not "three"\n'],
  [
    ['wheel', '--python=3.12', '--platform-file=x', 'x.whl'],
    'layertool wheel: --platform-file says already what --target or --python would\n',
  ],
];

for (const [words, told] of wrong) {
  test(`wrong use: layertool ${words.map((word) => JSON.stringify(word)).join(' ')}`, async (t) => {
    const { status, stdout, stderr } = await tried(words, { cwd: await given(t) });
    assert.equal(stderr, told);
    assert.deepEqual([status, stdout.length], [2, 0]);
  });
}

test('wrong use: what is given once is given twice', async (t) => {
  const cwd = await given(t);
  for (const words of [
    ['-o', 'a', '-o', 'b'],
    ['--output=a', '-o', 'b'],
  ]) {
    const { status, stderr } = await tried(['squash', 'l.tar', ...words], { cwd });
    assert.match(stderr, /^layertool squash: .*--output.* once\n$/);
    assert.equal(status, 2);
  }
});

test('flags stand anywhere after the command, until --', async (t) => {
  const cwd = await given(t);
  const plain = await tried(['squash', '--drop-whiteouts', 'l.tar'], { cwd });
  assert.equal(plain.status, 0);
  for (const words of [
    ['l.tar', '--drop-whiteouts'],
    ['--drop-whiteouts=true', 'l.tar'],
    ['--drop-whiteouts', '--', 'l.tar'],
    ['-q', '--progress', 'none', 'l.tar', '--drop-whiteouts'],
  ]) {
    const { stdout, stderr } = await tried(['squash', ...words], { cwd });
    assert.equal(sha256(stdout), sha256(plain.stdout), `${words.join(' ')}: ${stderr}`);
  }
  const behind = await tried(['squash', 'l.tar', '--', '--drop-whiteouts'], { cwd });
  assert.match(behind.stderr, /^layertool squash: --drop-whiteouts: no such file/);
});

test('a flag may have a value that begins with a dash, or none at all', async (t) => {
  const cwd = await given(t);
  for (const words of [
    ['--cmd', '-x'],
    ['--cmd=-x'],
    ['--author', '--nobody'],
    ['-l', 'k=--v'],
    ['-l=k='],
    ['--author='],
  ]) {
    const { status, stderr } = await tried(['image', ...words, '-o', 'out'], { cwd });
    assert.deepEqual([status, stderr], [0, ''], words.join(' '));
  }
  assert.ok(existsSync(join(cwd, 'out')));
});

test('help and version go to stdout', async () => {
  const all = await tried(['--help']);
  assert.deepEqual([all.status, all.stderr], [0, '']);
  for (const command of ['squash', 'image', 'wheel', 'go', 'dir', 'inspect']) {
    assert.match(all.stdout.toString(), new RegExp(`^  ${command} `, 'm'));
    const told = await Promise.all(
      [
        ['help', command],
        [command, '--help'],
        [command, '-h', 'x'],
      ].map((words) => tried(words)),
    );
    for (const { status, stdout, stderr } of told) {
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout.toString(), new RegExp(`^Usage: layertool ${command} `));
      assert.match(stdout.toString(), /-o, --output FILE/);
    }
  }
  assert.match((await tried(['--version'])).stdout.toString(), /^layertool [0-9]+\.[0-9]+\.[0-9]+\n$/);
});

test('a stack trace only with -v', async (t) => {
  const cwd = await given(t);
  const plain = await tried(['squash', 'nothing.tar'], { cwd });
  assert.equal(plain.stderr, 'layertool squash: nothing.tar: no such file or directory\n');
  const verbose = await tried(['squash', '-v', 'nothing.tar'], { cwd });
  assert.match(verbose.stderr, /^layertool squash: nothing\.tar: no such file or directory\n.*\n {4}at /);
  assert.equal(verbose.status, 1);
});

test('SOURCE_DATE_EPOCH clamps times, and must be a number', async (t) => {
  const cwd = await given(t);
  const clamped = await tried(['squash', 'l.tar'], { cwd, env: { SOURCE_DATE_EPOCH: '7' } });
  const times = [136, 512 + 136].map((at) => clamped.stdout.toString('latin1', at, at + 11));
  assert.deepEqual(times, ['00000000007', '00000000007']);
  const bad = await tried(['squash', 'l.tar'], { cwd, env: { SOURCE_DATE_EPOCH: 'now' } });
  assert.deepEqual(
    [bad.status, bad.stderr],
    [2, 'layertool squash: SOURCE_DATE_EPOCH is not a number of seconds: now\n'],
  );
});

/** What is seen on a terminal when a line is run there. */
async function seen(line: string, cwd: string, env: Record<string, string> = {}): Promise<string> {
  const script = `script -qec '${line}; echo status=$?' /dev/null < /dev/null`;
  const { stdout } = await shell(script, { cwd, env: { TERM: 'xterm', NO_COLOR: '', ...env } });
  // What another program of the terminal may have drawn there is cleared.
  return stdout.toString().replaceAll('\x1b[J', '');
}

test('binary output to a terminal is refused', async (t) => {
  if (!peers(t, 'script')) return;
  const cwd = await given(t);
  assert.equal(
    await seen('"$LAYERTOOL_NODE" "$LAYERTOOL_CLI" squash l.tar', cwd),
    '\x1b[1;31mlayertool squash:\x1b[39;22m refusing to write binary output to a terminal\r\n' +
      '\x1b[1mhint:\x1b[22m use -o FILE, or a pipe\r\nstatus=2\r\n',
  );
});

test('no color without a terminal, with --no-color, with NO_COLOR, and where a terminal has none', async (t) => {
  if (!peers(t, 'script')) return;
  const cwd = await given(t);
  const program = '"$LAYERTOOL_NODE" "$LAYERTOOL_CLI"';
  const plain = 'layertool squash: nothing.tar: no such file or directory';
  const lines: [line: string, env?: Record<string, string>][] = [
    [`${program} squash nothing.tar --no-color`],
    [`${program} squash --no-color nothing.tar`],
    [`${program} squash nothing.tar`, { NO_COLOR: '1' }],
    [`${program} squash nothing.tar`, { TERM: 'dumb' }],
  ];
  for (const [line, env] of lines) assert.equal(await seen(line, cwd, env), `${plain}\r\nstatus=1\r\n`, line);
  assert.equal((await tried(['squash', 'nothing.tar'], { cwd })).stderr, `${plain}\n`);

  // Help is for a terminal too, and its output is standard output.
  assert.ok((await seen(`${program} squash --help`, cwd)).startsWith('\x1b[1mUsage:\x1b[22m layertool squash '));
  assert.match(await seen(`${program} squash --help --no-color`, cwd), /^Usage: layertool squash /);
  assert.match(await seen(`${program} --help --no-color`, cwd), /^Usage: layertool COMMAND /);
});
