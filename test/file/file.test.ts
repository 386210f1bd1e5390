import assert from 'node:assert/strict';
import { chmodSync, linkSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { shell, tried } from '../command.ts';
import { noise, read, sha256 } from '../entries.ts';
import { folder, peers, run } from '../peers/tools.ts';
import { squashBytes } from '../transforms/stacking.ts';

/** The head of an ELF for a machine of 64 bits, its low byte first. */
function elf(machine: number): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.write('\x7fELF\x02\x01', 'latin1');
  bytes.writeUInt16LE(machine, 18);
  return bytes;
}

async function given(t: TestContext) {
  const cwd = await folder(t);
  const put = (name: string, bytes: Buffer | string, mode = 0o644): void => {
    writeFileSync(join(cwd, name), bytes);
    chmodSync(join(cwd, name), mode);
    utimesSync(join(cwd, name), 100, 100.5);
  };
  put('server', elf(62));
  put('arm', elf(183), 0o755);
  put('script', '#!/bin/sh\n', 0o600);
  put('tool', 'no head', 0o711);
  put('conf', 'x = 1\n', 0o600);
  put('empty', '');
  put('large', noise(3_000_000, 1));
  mkdirSync(join(cwd, 'd'));
  return cwd;
}

/** What a layer holds, in a few words. */
async function told(layer: Buffer): Promise<string[]> {
  return (await read(layer)).map(({ header: { name, mode, uid, gid, uname, gname, mtime, nanoseconds }, content }) => {
    return `${name} ${mode.toString(8)} ${uid}:${gid} ${uname}:${gname} ${mtime}.${nanoseconds} ${content.length}`;
  });
}

test('files stand at their places, with modes that fit what they are', async (t) => {
  const cwd = await given(t);
  const words = [
    'file',
    'script:/usr/bin/',
    'conf:/etc/app/app.conf',
    'server',
    'tool:/a-b',
    'empty:/a/e',
    'large:/a.b',
  ];
  const { status, stdout, stderr } = await tried(words, { cwd });
  assert.deepEqual([status, stderr], [0, '']);
  const time = '100.500000000';
  assert.deepEqual(await told(stdout), [
    `a/e 644 0:0 root:root ${time} 0`,
    `a-b 755 0:0 root:root ${time} 7`,
    `a.b 644 0:0 root:root ${time} 3000000`,
    `etc/app/app.conf 644 0:0 root:root ${time} 6`,
    `usr/bin/script 755 0:0 root:root ${time} 10`,
    `usr/local/bin/server 755 0:0 root:root ${time} 4096`,
  ]);
  assert.equal(sha256(await squashBytes([stdout])), sha256(stdout), 'it is canonical');
  const other = await tried([...words, '--mode', '0640', '--chown=7:8'], {
    cwd,
    env: { SOURCE_DATE_EPOCH: '50' },
  });
  for (const line of await told(other.stdout)) assert.match(line, / 640 7:8 : 50\.0 /);
});

test('files and pipes give the same bytes where times do not count', async (t) => {
  const cwd = await given(t);
  const env = { SOURCE_DATE_EPOCH: '0' };
  const files = await shell('layertool file server:/s conf:/etc/c large:/l script:/x', { cwd, env });
  const pipes = await shell(
    'layertool file <(cat server):/s -:/etc/c <(sleep 0.3; cat large):/l <(cat script):/x < <(cat conf)',
    { cwd, env },
  );
  assert.deepEqual([files.stderr, pipes.stderr, pipes.status], ['', '', 0]);
  assert.equal(sha256(pipes.stdout), sha256(files.stdout));
  const twice = await shell('mkfifo one two; cat large | tee one > two & layertool file one:/1 two:/2; wait', {
    cwd,
    env,
  });
  const wanted = await shell('layertool file large:/1 large:/2', { cwd, env });
  assert.equal(sha256(twice.stdout), sha256(wanted.stdout));
});

test('what is wrong is told', async (t) => {
  const cwd = await given(t);
  linkSync(join(cwd, 'conf'), join(cwd, 'a:b'));
  const cases: [string, number, RegExp][] = [
    ['', 2, /^layertool file: it needs at least one file\n$/],
    ['d', 1, /^layertool file: d: is a directory\nhint: layertool dir makes a layer of one\n$/],
    ['nothing:/x', 1, /^layertool file: nothing: no such file or directory\n$/],
    ['conf:etc/x', 1, /^layertool file: conf:etc\/x: no such file or directory\n$/],
    ['a:b:/../x', 2, /a:b:\/\.\.\/x leads out of the layer\n$/],
    ['conf:/.', 2, /names a directory\n/],
    [':/x', 2, /names no file\nhint: /],
    [
      '-',
      2,
      /^layertool file: - has no name of its own\nhint: say where it goes, name included: -:\/etc\/app\.conf\n$/,
    ],
    ['<(cat conf):/etc/', 2, /has no name of its own\nhint: /],
    ['<(false):/x', 1, /is empty\nhint: did the command in <\( \) fail\?\n$/],
    ['conf:/x tool:/y/../x', 1, /^layertool file: tool: would be \/x, and so would conf\n$/],
    ['conf:/x tool:/x/y/z', 1, /^layertool file: tool: would be below \/x, which is conf\n$/],
    ['server arm', 1, /^layertool file: arm: is a program for arm64, while server is one for amd64\nhint: /],
    [
      '--platform linux/arm64 script arm server',
      1,
      /^layertool file: server: is a program for amd64, and not for linux\/arm64\n$/,
    ],
    ['--platform windows/amd64 server', 1, /server: is a program for amd64, and not for windows\/amd64\n$/],
    ['--mode 9 conf', 2, /--mode takes octal digits, as 0755, not "9"\n$/],
    ['--chown me conf', 2, /--chown takes UID or UID:GID/],
  ];
  for (const [line, status, words] of cases) {
    const outcome = await shell(`layertool file ${line} -o out < conf`, { cwd });
    assert.match(outcome.stderr, words, line);
    assert.equal(outcome.status, status, line);
  }
  const { status, stderr } = await tried(
    ['file', '--platform', 'linux/amd64', 'server', 'a:b:/etc/.wh.x', '-o', 'out'],
    { cwd },
  );
  assert.deepEqual([status, stderr], [0, 'layertool file: /etc/.wh.x will hide a file of the layers below\n']);
});

test('GNU tar and bsdtar unpack it', async (t) => {
  const cwd = await given(t);
  if (!peers(t, 'tar', 'bsdtar')) return;
  await run(
    'bash',
    [
      '-c',
      '"$@" > l.tar',
      'bash',
      process.execPath,
      join(process.cwd(), 'dist/cli.js'),
      'file',
      'server',
      'conf:/etc/c',
    ],
    { cwd },
  );
  for (const tool of ['tar', 'bsdtar']) {
    mkdirSync(join(cwd, tool));
    await run(tool, ['-xpf', '../l.tar'], { cwd: join(cwd, tool) });
    await run('cmp', ['server', `${tool}/usr/local/bin/server`], { cwd });
    const { stdout } = await run('stat', ['-c', '%a', `${tool}/usr/local/bin/server`, `${tool}/etc/c`], { cwd });
    assert.equal(stdout.toString(), '755\n644\n');
  }
});
