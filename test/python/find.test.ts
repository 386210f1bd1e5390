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
import {
  alpine,
  debian,
  file,
  GLIBC,
  gone,
  library,
  link,
  official,
  program,
  python,
  redHat,
  venv,
} from './pythons.ts';

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
  const isVariable = (word: string) => /^[A-Z_]+=/.test(word);
  const env = words.filter(isVariable).flatMap((word) => ['-e', word]);
  const flags = words.filter((word) => !isVariable(word));
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

test('the whole version: of the variable, of patchlevel.h, of the interpreter, of its library', async (t) => {
  const version = async (layers: Entry[][], ...words: string[]) => (await found(t, layers, ...words))['Version'];
  assert.equal(await version([official], 'PYTHON_VERSION=3.12.4'), '3.12.4');
  assert.equal(await version([official], 'PYTHON_VERSION=3.11.4'), '3.12', 'the variable of another Python');
  assert.equal(await version([debian], 'PYTHON_VERSION=3.11.4'), '3.11', 'the variable of an official image');
  assert.equal(await version([official, venv], 'PYTHON_VERSION=3.12.4', 'PATH=/opt/venv/bin'), '3.12.4');
  const header = file(
    'usr/local/include/python3.12/patchlevel.h',
    '#define PY_MAJOR 3\n#define PY_VERSION  "3.12.7+"\n',
  );
  assert.equal(await version([official, [header]]), '3.12.7');
  const withText = (name: string, text: string) => {
    const bytes = Buffer.concat([program(62, GLIBC), Buffer.alloc(70_000, 'y'), Buffer.from(`\0${text}\0`)]);
    return entry(name, bytes, { mode: 0o755 });
  };
  assert.equal(await version([debian, [withText('usr/bin/python3.11', '3.11.2')]]), '3.11.2');
  assert.equal(await version([debian, [withText('usr/bin/python3.11', '3.12.2')]]), '3.11');
  assert.equal(await version([official, [withText('usr/local/lib/libpython3.12.so.1.0', '3.12.0rc1')]]), '3.12.0rc1');
});
