import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../../lib/errors.ts';
import { readPlatformFile, writePlatformFile } from '../../lib/python/platform-file.ts';
import { folder } from '../peers/tools.ts';
import { installed, wheel } from './wheels.ts';

const wrapper = (shebang: string, module: string, name: string) =>
  `${shebang}# -*- coding: utf-8 -*-\nimport re\nimport sys\nfrom ${module} import ${name.split('.')[0]}\nif __name__ == '__main__':\n    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n    sys.exit(${name}())\n`;

const platform = (change: Record<string, unknown> = {}) =>
  JSON.stringify({
    ConsoleShebang: '/opt/py/bin/python3.11',
    GraphicalShebang: '/opt/py/bin/pythonw',
    Scheme: {
      purelib: '/opt/py/lib/python3.11/pure',
      platlib: '/opt/py/lib/python3.11/plat',
      headers: '/opt/py/include',
      scripts: '/opt/py/bin',
      data: '/opt/py',
    },
    UID: 5,
    GID: 6,
    UName: 'five',
    GName: 'six',
    ...change,
  });

/** Folders that tell no version. */
const bare = { purelib: '/p', platlib: '/p', headers: '/h', scripts: '/s', data: '/d' };

test('entry points, and a platform file', async (t) => {
  const place = await folder(t);
  const file = join(place, 'platform.yaml');
  const entryPoints =
    '# c\n[console_scripts]\nrun = demo.cli:App.main [extra]\nother=demo:f\n\n[gui_scripts]\nwin = demo:g\n[other]\nno = such:thing\n';
  const one = wheel({
    entryPoints,
    files: {
      'demo-1.0.data/scripts/other': '#!python\nlost',
      'demo-1.0.data/scripts/run-script.py': 'lost',
      'demo/x.so': 'x',
    },
    wheel: 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n',
  });
  writeFileSync(file, platform());
  const layer = await installed(place, [one], '--platform-file', file);
  assert.equal(layer.text('opt/py/bin/run'), wrapper('#!/opt/py/bin/python3.11\n', 'demo.cli', 'App.main'));
  assert.equal(layer.text('opt/py/bin/other'), wrapper('#!/opt/py/bin/python3.11\n', 'demo', 'f'));
  assert.equal(layer.text('opt/py/bin/win'), wrapper('#!/opt/py/bin/pythonw\n', 'demo', 'g'));
  assert.deepEqual(
    layer.names.filter((name) => name.startsWith('opt/py/bin/')),
    ['opt/py/bin/other', 'opt/py/bin/run', 'opt/py/bin/win'],
  );
  const { header } = layer.entry('opt/py/lib/python3.11/plat/demo/x.so');
  assert.deepEqual([header.uid, header.gid, header.uname, header.gname], [5, 6, 'five', 'six']);
  const long = `/${'l'.repeat(124)}`;
  for (const [console, line] of [
    [long, `#!/bin/sh\n'''exec' ${long} "$0" "$@"\n' '''\n`],
    [long.slice(0, -1), `#!${long.slice(0, -1)}\n`],
    ['/a b/python', `#!/bin/sh\n'''exec' "/a b/python" "$0" "$@"\n' '''\n`],
  ] as const) {
    writeFileSync(file, platform({ ConsoleShebang: console }));
    assert.equal(
      (await installed(place, [one], '--platform-file', file)).text('opt/py/bin/other'),
      wrapper(line, 'demo', 'f'),
    );
  }
});

test('sections of entry points are found as importlib.metadata finds them', async (t) => {
  const lines = '[console_scripts]]\none = demo:f\n[[gui_scripts]\ntwo = demo:f\n[ console_scripts ]\nno = demo:f\n';
  const layer = await installed(await folder(t), [wheel({ entryPoints: lines })]);
  const bin = layer.names.filter((name) => name.startsWith('usr/local/bin/'));
  assert.deepEqual(bin, ['usr/local/bin/one', 'usr/local/bin/two']);
});

test('Root-Is-Purelib is true to the letter, as for pip', async (t) => {
  const place = await folder(t);
  const file = join(place, 'platform.yaml');
  writeFileSync(file, platform());
  for (const [value, library] of [
    ['true', 'pure'],
    ['TRUE', 'pure'],
    ['true ', 'plat'],
    ['true\x1f', 'plat'],
  ]) {
    const one = wheel({ wheel: `Wheel-Version: 1.0\nRoot-Is-Purelib: ${value}\nTag:  py3-none-any \n` });
    const layer = await installed(place, [one], '--platform-file', file);
    assert.ok(layer.names.includes(`opt/py/lib/python3.11/${library}/demo/__init__.py`), JSON.stringify(value));
  }
});

test('a platform file that is written can be read, and says as much', () => {
  const read = readPlatformFile(platform({ Scheme: bare, ConsoleShebang: '/bin/python' }), 'one');
  assert.deepEqual([read.version, read.flags, read.compile], [undefined, undefined, []]);
  assert.deepEqual(readPlatformFile(writePlatformFile(read), 'one'), read);
  const versioned = readPlatformFile(platform({ Version: '3.13' }), 'one');
  assert.equal(versioned.flags, undefined);
  assert.deepEqual(readPlatformFile(writePlatformFile(versioned), 'one'), versioned);
});

test('pip is called after the Python it is installed for', async (t) => {
  const points =
    '[console_scripts]\npip = pip:main\npip3 = pip:main\npip3.9 = pip:main\npipx = x:y\neasy_install = e:m\neasy_install-3.9 = e:m\n';
  const layer = await installed(await folder(t), [wheel({ entryPoints: points })]);
  const bin = layer.names.filter((name) => name.startsWith('usr/local/bin/')).map((name) => name.slice(14));
  assert.deepEqual(bin, ['easy_install', 'easy_install-3.12', 'pip', 'pip3', 'pip3.12', 'pipx']);
});

test('platform files: schemes that are spelled otherwise', async (t) => {
  const place = await folder(t);
  const file = join(place, 'platform.yaml');
  const scheme = {
    purelib: '/opt//py/./lib/',
    platlib: '/opt/py/lib',
    headers: '/opt/include',
    scripts: '/opt/bin',
    data: '/',
  };
  writeFileSync(file, platform({ Scheme: scheme }));
  const layer = await installed(
    place,
    [wheel({ files: { 'demo/a.py': 'a', 'demo-1.0.data/data/srv/demo/f': 'f' } })],
    '--platform-file',
    file,
  );
  assert.deepEqual(
    layer.names.filter((name) => /demo\/|srv/.test(name) && !name.includes('dist-info')),
    [
      'opt/py/lib/demo/',
      'opt/py/lib/demo/a.py',
      ...(layer.names.includes('srv/') ? ['srv/'] : []),
      'srv/demo/',
      'srv/demo/f',
    ],
  );
});

const platforms: [what: string, text: string, words: RegExp][] = [
  ['no YAML', '{', /is not YAML/],
  ['a list', '[]', /not a mapping/],
  ['an unknown key', platform({ Uid: 5 }), /unknown key Uid/],
  ['no Scheme', platform({ Scheme: undefined }), /no Scheme/],
  ['an unknown folder', platform({ Scheme: { stdlib: '/x' } }), /unknown key Scheme\.stdlib/],
  ['a relative folder', platform({ Scheme: { purelib: 'x' } }), /Scheme\.purelib is not an absolute path/],
  ['no interpreter', platform({ ConsoleShebang: undefined }), /ConsoleShebang is not an absolute path/],
  ['a name as a number', platform({ UID: 'root' }), /UID is not a number/],
  ['a negative number', platform({ GID: -1 }), /GID is not a number/],
];
for (const [what, text, words] of platforms) {
  test(`refuses a platform file: ${what}`, async (t) => {
    const place = await folder(t);
    const file = join(place, 'p.yaml');
    writeFileSync(file, text);
    await assert.rejects(
      installed(place, [wheel()], '--platform-file', file),
      (error) => error instanceof InputError && error.input === file && words.test(error.message),
    );
  });
}
