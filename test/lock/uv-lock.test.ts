import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../../lib/errors.ts';
import { tried } from '../command.ts';
import { folder } from '../peers/tools.ts';
import { locked, type Named, named, put } from './locks.ts';

const projects = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => named(`${name}-1.0-py3-none-any`));
const newer = named('a-2.0-py3-none-any');

const REGISTRY = 'source = { registry = "wheels" }';

/** A package with its wheel in a folder that is an index. */
function of({ file, sha256 }: Named, lines = '', source = REGISTRY): string {
  const [name, version] = file.split('-');
  const wheels = `wheels = [{ path = "${file}", hash = "sha256:${sha256}" }]`;
  return `[[package]]\nname = "${name}"\nversion = "${version}"\n${source}\n${wheels}\n${lines}\n`;
}

const [a, b, c, d, e, f, g] = projects as [Named, Named, Named, Named, Named, Named, Named];

const root = (lines: string, source = 'editable = "."', name = 'app') =>
  `[[package]]\nname = "${name}"\nversion = "0"\nsource = { ${source} }\n${lines}\n`;

const uv = (top: string, ...packages: string[]) => `version = 1\nrevision = 3\n${top}\n${packages.join('\n')}`;

const all = [of(b), of(c), of(d), of(e), of(f), of(g)];

const app = root(
  `dependencies = [{ name = "a" }, { name = "b", marker = "sys_platform == 'win32'" }]
[package.optional-dependencies]
db = [{ name = "c", extra = ["fast"] }]
[package.dev-dependencies]
dev = [{ name = "e" }]
[package.metadata]
provides-extras = ["db", "empty"]`,
);
const cFast = of(c, '[package.optional-dependencies]\nfast = [{ name = "d" }]\nslow = [{ name = "f" }]');

const taken: [what: string, lock: string, words: string[], modules: Record<string, string>][] = [
  ['what the project needs', uv('', app, of(a), ...all), [], { a: 'a' }],
  [
    'an extra, and the extra of another that it needs',
    uv('', app, of(a), of(b), cFast, of(d), of(e), of(f)),
    ['--extra', 'db'],
    { a: 'a', c: 'c', d: 'd' },
  ],
  ['an extra that needs nothing', uv('', app, of(a), ...all), ['--extra', 'empty'], { a: 'a' }],
  ['a group', uv('', app, of(a), ...all), ['--group', 'dev'], { a: 'a', e: 'e' }],
  [
    'a circle',
    uv(
      '',
      root('dependencies = [{ name = "a" }]'),
      of(a, 'dependencies = [{ name = "b" }]'),
      of(b, 'dependencies = [{ name = "a" }]'),
    ),
    [],
    { a: 'a', b: 'b' },
  ],
  [
    'markers on the way',
    uv(
      '',
      root('dependencies = [{ name = "a" }]'),
      of(a, `dependencies = [{ name = "b", marker = "python_full_version < '3.10'" }, { name = "c" }]`),
      of(b),
      of(c),
    ),
    [],
    { a: 'a', c: 'c' },
  ],
  [
    'a fork',
    uv(
      '',
      root(
        `dependencies = [{ name = "a", version = "1.0", source = { registry = "wheels" }, marker = "python_full_version < '3.11'" }, { name = "a", version = "2.0", source = { registry = "wheels" }, marker = "python_full_version >= '3.11'" }]`,
      ),
      of(a, 'resolution-markers = ["x"]'),
      of(newer),
    ),
    [],
    { a: 'a-2.0-py3-none-any' },
  ],
  [
    'conflicting extras, one of them',
    uv(
      'conflicts = [[{ package = "app", extra = "one" }, { package = "app", extra = "two" }]]',
      root(`dependencies = [{ name = "b", marker = "extra == 'extra-3-app-one'" }, { name = "c", marker = "extra != 'extra-3-app-one'" }]
[package.optional-dependencies]
one = [{ name = "a", version = "1.0" }]
two = [{ name = "a", version = "2.0" }]`),
      of(a),
      of(newer),
      of(b),
      of(c),
    ),
    ['--extra', 'one'],
    { a: 'a-1.0-py3-none-any', b: 'b' },
  ],
  [
    'a workspace without a project of its own: all members, and what it asks for itself',
    uv(
      '[manifest]\nmembers = ["m1", "m2"]\nrequirements = [{ name = "c" }]\n[manifest.dependency-groups]\ndev = [{ name = "d" }]',
      root('dependencies = [{ name = "a" }]', 'editable = "m1"', 'm1'),
      root('dependencies = [{ name = "b" }]', 'virtual = "m2"', 'm2'),
      of(a),
      of(b),
      of(c),
      of(d),
    ),
    ['--group', 'dev'],
    { a: 'a', b: 'b', c: 'c', d: 'd' },
  ],
  [
    'a workspace: what its project needs',
    uv(
      '[manifest]\nmembers = ["app", "m1"]',
      app,
      root('dependencies = [{ name = "b" }]', 'editable = "m1"', 'm1'),
      of(a),
      of(b),
      ...all.slice(1),
    ),
    [],
    { a: 'a' },
  ],
  [
    'a script',
    uv('[manifest]\nrequirements = [{ name = "a" }]', of(a, 'dependencies = [{ name = "b" }]'), of(b)),
    [],
    { a: 'a', b: 'b' },
  ],
  [
    'a virtual project that is needed',
    uv(
      '',
      root('dependencies = [{ name = "m1" }]'),
      root('dependencies = [{ name = "b" }]', 'virtual = "m1"', 'm1'),
      of(b),
    ),
    [],
    { b: 'b' },
  ],
  [
    'what is left out still leads on',
    uv(
      '',
      root('dependencies = [{ name = "m1" }]'),
      root('dependencies = [{ name = "b" }]', 'editable = "m1"', 'm1'),
      of(b),
    ),
    ['--except', 'm1'],
    { b: 'b' },
  ],
  ['environments', uv(`supported-markers = ["sys_platform == 'linux'"]`, app, of(a), ...all), [], { a: 'a' }],
];

for (const [what, lock, words, modules] of taken) {
  test(`uv.lock: ${what}`, async (t) => {
    const place = await folder(t);
    put(join(place, 'wheels'), ...projects, newer);
    const found = await locked(place, lock, ...words);
    assert.deepEqual(Object.keys(found).sort(), Object.keys(modules));
    for (const [name, wheel] of Object.entries(modules))
      assert.ok(found[name]?.startsWith(wheel), `${name}: ${found[name]}`);
  });
}

const needs = (edge: string, ...packages: string[]) => uv('', root(`dependencies = [{ ${edge} }]`), ...packages);
const source = (text: string) => needs('name = "s"', `[[package]]\nname = "s"\nversion = "1"\nsource = { ${text} }\n`);

const refused: [what: string, lock: string, words: string[], problem: RegExp][] = [
  [
    'another version',
    uv('', app).replace('version = 1', 'version = 2'),
    [],
    /is a uv\.lock of version 2, which is not known/,
  ],
  [
    'another Python',
    uv('requires-python = ">=3.13"', app, of(a)),
    [],
    /is for Python >=3\.13, and Python 3\.12 is another/,
  ],
  [
    'another environment',
    uv(`supported-markers = ["sys_platform == 'darwin'"]`, app, of(a)),
    [],
    /is for other environments/,
  ],
  ['a source of another kind', source('other = { branch = "x" }'), [], /s has a source that is not known: other/],
  ['an unknown extra', uv('', app, of(a)), ['--extra', 'x'], /has no extra "x": it has db, empty/],
  ['an unknown group', uv('', app, of(a)), ['--group', 'x'], /has no group "x": it has dev/],
  [
    'two that exclude each other',
    uv('conflicts = [[{ package = "app", extra = "db" }, { package = "app", group = "dev" }]]', app, of(a), ...all),
    ['--extra', 'db', '--group', 'dev'],
    /says that extra db of app and group dev of app exclude each other/,
  ],
  ['a git repository', source('git = "https://x.example/s?rev=1#abc"'), [], /s 1: is a git repository .*, not a wheel/],
  ['a directory', source('directory = "../s"'), [], /s 1: is a directory \(\.\.\/s\), not a wheel/],
  ['an editable directory', source('editable = "s"'), [], /s 1: is an editable directory \(s\), not a wheel/],
  ['an sdist by its path', source('path = "s-1.tar.gz"'), [], /s 1: is an sdist \(s-1\.tar\.gz\), not a wheel/],
  ['an unknown source', source('svn = "x"'), [], /s has a source that is not known: svn/],
  ['no source', needs('name = "s"', '[[package]]\nname = "s"\n'), [], /s has no source/],
  ['what is not there', needs('name = "x"'), [], /app needs x, which the lock does not have/],
  ['one of two, but which', needs('name = "a"', of(a), of(newer)), [], /app needs a, of which the lock has several/],
  [
    'two that apply',
    uv('', root('dependencies = [{ name = "a", version = "1.0" }, { name = "a", version = "2.0" }]'), of(a), of(newer)),
    [],
    /has a 1\.0 and a 2\.0 for Python 3\.12/,
  ],
  ['a wheel without a hash', needs('name = "a"', of(a).replace(/, hash = "[^"]*"/, '')), [], /a 1\.0: has no hash/],
];

for (const [what, lock, words, problem] of refused) {
  test(`uv.lock is refused: ${what}`, async (t) => {
    const place = await folder(t);
    put(join(place, 'wheels'), ...projects, newer);
    await assert.rejects(locked(place, lock, ...words), (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, problem);
      return true;
    });
  });
}

test('uv.lock: the project itself is named, and so is a pattern that nothing has', async (t) => {
  const place = await folder(t);
  put(join(place, 'wheels'), a);
  await locked(place, uv('', app, of(a)));
  const out = join(place, 'o.tar');
  const { stderr, status } = await tried([
    'wheel',
    '--lock',
    join(place, 'lock'),
    '--python',
    '3.12',
    '--except',
    'torch*',
    '-o',
    out,
  ]);
  assert.equal(status, 0);
  assert.match(stderr, /lock: app \(\.\) itself is left out; a wheel of it, or layertool dir, adds it\n/);
  assert.match(stderr, /lock: no project is named torch\*\n/);
});
