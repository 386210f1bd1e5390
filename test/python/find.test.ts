import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { parse } from 'yaml';
import { run } from '../../lib/commands/command.ts';
import { command as imageCommand } from '../../lib/commands/image.ts';
import { command as pythonCommand } from '../../lib/commands/python.ts';
import type { Entry } from '../../lib/entries/entry.ts';
import { InputError } from '../../lib/errors.ts';
import { bytesOf, entry } from '../entries.ts';
import { folder } from '../peers/tools.ts';

/** The start of a program as the loader reads it: 64 bits, little end first. */
function program(machine: number, interpreter: string): Buffer {
  const head = Buffer.alloc(5000);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(machine, 18);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(3, 64);
  head.writeBigUInt64LE(200n, 64 + 8);
  head.writeBigUInt64LE(BigInt(interpreter.length + 1), 64 + 32);
  head.write(interpreter, 200);
  return head;
}

const GLIBC = '/lib64/ld-linux-x86-64.so.2';
const MUSL = '/lib/ld-musl-aarch64.so.1';
const glibc = Buffer.from(`${'x'.repeat(70_000)}GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\n`);
const musl = Buffer.from(`${'x'.repeat(70_000)}\0musl libc (aarch64)\nVersion %s\n\x001.2.4\0`);

const python = (name: string, interpreter = GLIBC) =>
  entry(name, program(interpreter === MUSL ? 183 : 62, interpreter), { mode: 0o755 });
const file = (name: string, text = 'x') => entry(name, Buffer.from(text));
const link = (name: string, linkname: string): Entry => entry(name, undefined, { type: 'symlink', linkname });
const gone = (name: string) => entry(name);
const library = (version: string, prefix = 'usr/lib') => [
  file(`${prefix}/python${version}/os.py`),
  file(`${prefix}/python${version}/_sysconfigdata__linux_x86_64-linux-gnu.py`),
];

const official = [
  python('usr/local/bin/python3.12'),
  link('usr/local/bin/python3', 'python3.12'),
  link('usr/local/bin/python', 'python3'),
  ...library('3.12', 'usr/local/lib'),
  file('usr/lib/x86_64-linux-gnu/libc.so.6', glibc.toString('latin1')),
  link('lib', 'usr/lib'),
];
const debian = [
  link('bin', 'usr/bin'),
  link('lib', 'usr/lib'),
  python('usr/bin/python3.11'),
  link('usr/bin/python3', 'python3.11'),
  ...library('3.11'),
  entry('usr/lib/python3/dist-packages/'),
  file('usr/lib/x86_64-linux-gnu/libc.so.6', glibc.toString('latin1')),
];
const alpine = [
  python('usr/bin/python3.12', MUSL),
  link('usr/bin/python3', 'python3.12'),
  ...library('3.12'),
  file('lib/ld-musl-aarch64.so.1', musl.toString('latin1')),
];
const redHat = [
  link('bin', 'usr/bin'),
  link('lib64', 'usr/lib64'),
  python('usr/bin/python3.9'),
  link('usr/bin/python3', '/etc/alternatives/python3'),
  link('etc/alternatives/python3', '/usr/bin/python3.9'),
  ...library('3.9', 'usr/lib64'),
  link('usr/lib64/libc.so.6', 'libc-2.34.so'),
  file('usr/lib64/libc-2.34.so', 'GNU C Library (GNU libc) stable release version 2.34.'),
];
const venv = [
  link('opt/venv/bin/python', '/usr/local/bin/python3.12'),
  link('opt/venv/bin/python3', 'python'),
  file('opt/venv/pyvenv.cfg', 'home = /usr/local/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n'),
  entry('opt/venv/lib/python3.12/site-packages/', undefined, { uid: 1000, gid: 1001, uname: 'app', gname: 'app' }),
];

type Found = Record<string, unknown> & { Scheme: Record<string, string> };

/** What `layertool python` prints of an image of these layers. */
async function found(t: TestContext, layers: Entry[][], ...words: string[]): Promise<Found> {
  const place = await folder(t);
  const paths: string[] = [];
  for (const [at, entries] of layers.entries()) {
    const path = join(place, `${at}.tar`);
    writeFileSync(path, await bytesOf(entries));
    paths.push(path);
  }
  const printed = new Set<string>();
  const env = words.filter((word) => word.startsWith('PATH=')).flatMap((word) => ['-e', word]);
  const flags = words.filter((word) => !word.startsWith('PATH='));
  for (const compression of ['none', 'gzip']) {
    const image = join(place, `${compression}.image`);
    await run(imageCommand, [...paths, ...env, '--compress', compression, '-o', image]);
    const out = join(place, 'platform.yaml');
    await run(pythonCommand, [...flags, image, '-o', out]);
    printed.add(readFileSync(out, 'utf8'));
  }
  assert.equal(printed.size, 1, 'the same whether its layers are compressed or not');
  const platform: Found = parse([...printed][0]!);
  return platform;
}

const refused = (t: TestContext, layers: Entry[][], words: string[], what: RegExp) =>
  assert.rejects(found(t, layers, ...words), (error) => error instanceof InputError && what.test(error.problem));

const scheme = (prefix: string, pure: string, plat: string, version: string) => ({
  purelib: `${prefix}/${pure}`,
  platlib: `${prefix}/${plat}`,
  headers: `${prefix}/include/python${version}`,
  scripts: `${prefix}/bin`,
  data: prefix,
});

test('the Python of an official image', async (t) => {
  assert.deepEqual(await found(t, [official]), {
    ConsoleShebang: '/usr/local/bin/python3.12',
    GraphicalShebang: '/usr/local/bin/python3.12',
    Scheme: scheme('/usr/local', 'lib/python3.12/site-packages', 'lib/python3.12/site-packages', '3.12'),
    UID: 0,
    GID: 0,
    UName: 'root',
    GName: 'root',
    PyCompile: ['python3.12', '-m', 'compileall'],
    Version: '3.12',
    ABI: 'cp312',
    Libc: 'glibc 2.36',
    Architecture: 'x86_64',
  });
});

test("Debian's Python has its packages below /usr/local, in dist-packages", async (t) => {
  const { Scheme, ConsoleShebang } = await found(t, [debian]);
  const packages = 'lib/python3.11/dist-packages';
  assert.deepEqual(Scheme, scheme('/usr/local', packages, packages, '3.11'));
  assert.equal(ConsoleShebang, '/usr/bin/python3');
});

test("Alpine's Python", async (t) => {
  const { Scheme, Libc, Architecture } = await found(t, [alpine]);
  const packages = 'lib/python3.12/site-packages';
  assert.deepEqual(Scheme, scheme('/usr', packages, packages, '3.12'));
  assert.deepEqual([Libc, Architecture], ['musl 1.2', 'aarch64']);
});

test("Red Hat's Python, through its alternatives", async (t) => {
  const { Scheme, ConsoleShebang, Libc } = await found(t, [redHat]);
  assert.deepEqual(Scheme, scheme('/usr/local', 'lib/python3.9/site-packages', 'lib64/python3.9/site-packages', '3.9'));
  assert.deepEqual([ConsoleShebang, Libc], ['/usr/bin/python3', 'glibc 2.34']);
});

test('a virtual environment, named and on PATH', async (t) => {
  const named = await found(t, [official, venv], '--venv', '/opt/venv');
  assert.deepEqual(named.Scheme, {
    purelib: '/opt/venv/lib/python3.12/site-packages',
    platlib: '/opt/venv/lib/python3.12/site-packages',
    headers: '/opt/venv/include/site/python3.12',
    scripts: '/opt/venv/bin',
    data: '/opt/venv',
  });
  assert.equal(named['ConsoleShebang'], '/opt/venv/bin/python');
  assert.deepEqual([named['UID'], named['GID'], named['UName'], named['GName']], [1000, 1001, 'app', 'app']);
  assert.deepEqual(await found(t, [official, venv], 'PATH=/opt/venv/bin:/usr/local/bin'), named);
});

test('a virtual environment with a copy of its Python', async (t) => {
  const copied = [python('opt/venv/bin/python3'), ...venv.slice(2)];
  const { Scheme, ABI } = await found(t, [official, copied], '--venv', '/opt/venv');
  assert.deepEqual([Scheme['scripts'], ABI], ['/opt/venv/bin', 'cp312']);
});

test('of several Pythons the one on PATH, or the one of a version', async (t) => {
  const both = [debian, official];
  assert.equal((await found(t, both))['Version'], '3.12');
  assert.equal((await found(t, both, 'PATH=/usr/bin:/usr/local/bin'))['Version'], '3.11');
  assert.equal((await found(t, both, '--python', '3.11'))['Version'], '3.11');
  await refused(t, both, ['--python', '3.9'], /^has no Python 3\.9 on its PATH .* only Python 3\.1[12] /);
});

test('a Python without its lock', async (t) => {
  const { ABI, Scheme } = await found(t, [[python('usr/local/bin/python3.13t'), ...library('3.13t', 'usr/local/lib')]]);
  assert.deepEqual([ABI, Scheme['purelib']], ['cp313t', '/usr/local/lib/python3.13t/site-packages']);
});

test('layers above change what is found', async (t) => {
  const over = [
    gone('usr/local/bin/.wh.python3'),
    gone('usr/local/bin/.wh.python'),
    gone('usr/local/bin/.wh.python3.12'),
  ];
  assert.equal((await found(t, [debian, official, over]))['Version'], '3.11');
  await refused(t, [official, over], [], /^has no Python on its PATH/);
});

test('what is no Python', async (t) => {
  await refused(t, [[file('etc/passwd')]], [], /^has no Python on its PATH \(\/usr\/local\/sbin:/);
  await refused(t, [[file('usr/bin/python3', '#!/bin/sh\n')]], [], /^has no Python on its PATH/);
  await refused(t, [[python('usr/bin/python3.11')]], [], /only \/usr\/bin\/python3\.11 without its library$/);
  await refused(t, [[link('usr/bin/python3', 'python3')]], [], /loop|no Python/);
  await refused(t, [official], ['--venv', '/opt/none'], /^has no Python in \/opt\/none/);
  await refused(
    t,
    [official, venv.slice(0, 2)],
    ['--venv', '/opt/venv'],
    /is not a virtual environment: it has no pyvenv/,
  );
});
