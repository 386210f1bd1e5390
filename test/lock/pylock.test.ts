import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../../lib/errors.ts';
import { folder } from '../peers/tools.ts';
import { hash, locked, type Named, named, put, pylock, pyPackage, wheelLine } from './locks.ts';

const a = named('a-1.0-py3-none-any');
const b = named('b-1.0-py3-none-any');
const c = named('c-1.0-py3-none-any');
const a2 = named('a-2.0-py3-none-any');
const every = [a, b, c, a2];

const of = (wheel: Named, lines = '') => {
  const [name = '', version = ''] = wheel.file.split('-');
  return pyPackage(name, version, lines, wheelLine(wheel));
};

const taken: [what: string, lock: string, words: string[], modules: string[]][] = [
  ['all of it', pylock('', of(a), of(b)), [], ['a', 'b']],
  ['markers', pylock('', of(a, `marker = "sys_platform == 'linux'"`), of(b, `marker = "os_name == 'nt'"`)), [], ['a']],
  ['no extras', pylock('extras = ["x"]', of(a), of(b, `marker = "'x' in extras"`)), [], ['a']],
  ['an extra', pylock('extras = ["x"]', of(a), of(b, `marker = "'x' in extras"`)), ['--extra', 'X'], ['a', 'b']],
  [
    'the default groups',
    pylock(
      'dependency-groups = ["d", "e"]\ndefault-groups = ["d"]',
      of(a, `marker = "'d' in dependency_groups"`),
      of(b, `marker = "'e' in dependency_groups"`),
    ),
    [],
    ['a'],
  ],
  [
    'another group as well',
    pylock(
      'dependency-groups = ["d", "e"]\ndefault-groups = ["d"]',
      of(a, `marker = "'d' in dependency_groups"`),
      of(b, `marker = "'e' in dependency_groups"`),
    ),
    ['--group', 'e'],
    ['a', 'b'],
  ],
  ['--only', pylock('', of(a), of(b), of(c)), ['--only', 'A', '--only', '[c-z]'], ['a', 'c']],
  ['--except', pylock('', of(a), of(b), of(c)), ['--except', '?', '--only', '*'], []],
  ['one of two that apply, left out', pylock('', of(a), of(a2), of(b)), ['--except', 'a'], ['b']],
  [
    'an sdist, left out',
    pylock('', pyPackage('s', '1', 'sdist = { name = "s-1.tar.gz", path = "s-1.tar.gz", hashes = {} }'), of(b)),
    ['--except', 's'],
    ['b'],
  ],
  ['a requires-python that fits', pylock('requires-python = ">=3.9"', of(a, 'requires-python = "~=3.12"')), [], ['a']],
  ['environments', pylock(`environments = ["sys_platform == 'win32'", "sys_platform == 'linux'"]`, of(a)), [], ['a']],
  [
    'one of two by marker',
    pylock('', of(a, `marker = "python_version < '3.9'"`), of(a2, `marker = "python_version >= '3.9'"`)),
    [],
    ['a'],
  ],
  ['unknown keys', pylock('x = 1\n[tool.x]\ny = 2\n', of(a)), [], ['a']],
  ['a patch level that does not matter', pylock('', of(a, `marker = "python_full_version >= '3.12'"`)), [], ['a']],
  [
    'a patch level that is told',
    pylock('', of(a, `marker = "python_full_version >= '3.12.4'"`)),
    ['--python', '3.12.4'],
    ['a'],
  ],
];

for (const [what, lock, words, modules] of taken) {
  test(`pylock.toml: ${what}`, async (t) => {
    const place = await folder(t);
    put(join(place, 'wheels'), ...every);
    assert.deepEqual(Object.keys(await locked(place, lock, ...words)).sort(), modules);
  });
}

const hashes = (wheel: Named, text: string) =>
  pyPackage('a', '1.0', '', wheelLine(wheel).replace(/hashes = \{.*\} \}/, `hashes = { ${text} } }`));

const refused: [what: string, lock: string, words: string[], problem: RegExp, hint?: RegExp][] = [
  ['another lock-version', pylock('').replace('"1.0"', '"2.0"'), [], /lock-version "2\.0", which is not known/],
  [
    'another Python',
    pylock('requires-python = ">=3.13"', of(a)),
    [],
    /is for Python >=3\.13, and Python 3\.12 is another/,
  ],
  [
    'another Python for one project',
    pylock('', of(a, 'requires-python = "<3.12"')),
    [],
    /a 1\.0: is for Python <3\.12/,
  ],
  [
    'another environment',
    pylock(`environments = ["sys_platform == 'win32'"]`, of(a)),
    [],
    /is for other environments than Python 3\.12: sys_platform == 'win32'/,
  ],
  ['an unknown extra', pylock('extras = ["x", "y"]', of(a)), ['--extra', 'z'], /has no extra "z": it has x, y/],
  ['an unknown group', pylock('', of(a)), ['--group', 'dev'], /has no group "dev": it has no groups/],
  [
    'no wheel that fits',
    pylock(
      '',
      pyPackage(
        'n',
        '1',
        '',
        wheelLine(named('n-1-cp311-cp311-manylinux_2_17_x86_64')),
        wheelLine(named('n-1-cp312-cp312-win_amd64')),
      ),
    ),
    [],
    /n 1: no wheel fits Python 3\.12 \(CPython 3\.12, glibc 2\.36, x86_64\): there are cp311-cp311-manylinux_2_17_x86_64, cp312-cp312-win_amd64/,
    /pip wheel --no-deps n==1 makes one, to be given as a file; --except n leaves it out/,
  ],
  [
    'an sdist alone',
    pylock(
      '',
      pyPackage('s', '1', 'sdist = { name = "s-1.tar.gz", url = "https://x.example/s-1.tar.gz", hashes = {} }'),
    ),
    [],
    /s 1: no wheel fits .*: there is only an sdist/,
    /--except s/,
  ],
  ['nothing at all', pylock('', pyPackage('s', '1', '')), [], /s 1: no wheel fits .*: there is none at all/],
  [
    'an archive that is an sdist',
    pylock('', pyPackage('s', '1', 'archive = { url = "https://x.example/s-1.tar.gz", hashes = {} }')),
    [],
    /s 1: is an sdist \(s-1\.tar\.gz\), not a wheel/,
    /uv build --wheel or pip wheel makes one there/,
  ],
  [
    'a directory',
    pylock('', pyPackage('s', '1', 'directory = { path = "." }')),
    [],
    /s 1: is a directory \(\.\), not a wheel/,
    /--except s/,
  ],
  [
    'an editable directory',
    pylock('', pyPackage('s', '1', 'directory = { path = "s", editable = true }')),
    [],
    /s 1: is an editable directory \(s\), not a wheel/,
  ],
  [
    'a repository',
    pylock('', pyPackage('s', '1', 'vcs = { type = "git", url = "x", commit-id = "y" }')),
    [],
    /s 1: is a git repository, not a wheel/,
  ],
  ['several sources', pylock('', of(a, 'directory = { path = "." }')), [], /a has several sources: directory, wheels/],
  ['two that apply', pylock('', of(a), of(a2)), [], /has a 1\.0 and a 2\.0 for Python 3\.12, where only one can be/],
  ['one twice', pylock('', of(a), of(a)), [], /has a 1\.0 twice for Python 3\.12/],
  [
    'another hash',
    pylock('', hashes(a, `sha256 = "${'0'.repeat(64)}"`)),
    [],
    /its sha256 is [0-9a-f]{64}, and the lock says 0{64}/,
  ],
  [
    'another of two hashes',
    pylock('', hashes(a, `sha256 = "${a.sha256}", sha512 = "${'0'.repeat(128)}"`)),
    [],
    /its sha512 is/,
  ],
  [
    'md5 alone',
    pylock('', hashes(a, `md5 = "${hash(a.bytes, 'md5')}"`)),
    [],
    /a 1\.0: has md5 alone, which proves nothing; sha256 does/,
  ],
  ['no hash', pylock('', hashes(a, '')), [], /a 1\.0: has no hash, without which it is not safe/],
  ['a hash that is none', pylock('', hashes(a, 'sha256 = "abc"')), [], /a 1\.0: sha256:abc is no hash/],
  [
    'another size',
    pylock('', of(a).replace(/size = [0-9]+/, 'size = 7')),
    [],
    /should have 7 bytes, as the lock says, and has more/,
  ],
  [
    'a file that is not there',
    pylock('', pyPackage('x', '1.0', '', wheelLine(named('x-1.0-py3-none-any')))),
    [],
    /x-1\.0-py3-none-any\.whl: no such file/,
  ],
  [
    'a wheel of another project',
    pylock('', pyPackage('z', '1.0', '', wheelLine(a))),
    [],
    /z 1\.0: a-1\.0-py3-none-any\.whl is of another project/,
  ],
  [
    'a wheel of another version',
    pylock('', pyPackage('a', '1.1', '', wheelLine(a))),
    [],
    /a 1\.1: a-1\.0-py3-none-any\.whl is of another version/,
  ],
  [
    'a wheel that needs another Python',
    pylock('', pyPackage('r', '1.0', '', wheelLine(named('r-1.0-py3-none-any', { requires: '<3.12' })))),
    [],
    /r-1\.0-py3-none-any\.whl: .*requires Python <3\.12/,
  ],
  [
    'a marker that is none',
    pylock('', of(a, 'marker = "sys_platform"')),
    [],
    /a: the marker "sys_platform" is cut off/,
  ],
  [
    'a marker with a version that no number holds',
    pylock('', of(a, `marker = "'3000000000000000000000' < python_full_version"`)),
    ['--python', '3.12.4'],
    /a: a marker names "3000000000000000000000", a version of too many digits/,
  ],
  [
    'a marker that needs the patch level',
    pylock('', of(a, `marker = "python_full_version >= '3.12.4'"`)),
    [],
    /a: a marker needs the patch level of Python 3\.12, which is not known/,
  ],
  [
    'a marker that needs the kernel',
    pylock('', of(a, `marker = "platform_release >= '5'"`)),
    [],
    /a: a marker needs platform_release/,
  ],
  [
    'a marker that asks for extra',
    pylock('', of(a, `marker = "extra == 'x'"`)),
    [],
    /a: a marker asks for extra, which means nothing/,
  ],
  [
    'plain http',
    pylock('', pyPackage('a', '1.0', '', wheelLine(a, `url = "http://x.example/${a.file}"`))),
    [],
    /is not brought without TLS, from x\.example/,
  ],
  [
    'another scheme',
    pylock('', pyPackage('a', '1.0', '', wheelLine(a, `url = "ftp://x.example/${a.file}"`))),
    [],
    /is not brought by ftp:/,
  ],
  ['no packages but text', pylock('packages = "x"'), [], /packages is not a list/],
  [
    'a name that is a number',
    'lock-version = "1.0"\n[[packages]]\nname = 1\n',
    [],
    /packages\[0\]\.name is not a text/,
  ],
  ['TOML that is none', 'lock-version = \n', [], /is not TOML/],
  [
    'poetry.lock',
    '[[package]]\nname = "x"\n[metadata]\nlock-version = "2.0"\n',
    [],
    /is no pylock\.toml, uv\.lock or requirements/,
    /poetry export/,
  ],
  ['pyproject.toml', '[project]\nname = "x"\n', [], /is no pylock\.toml, uv\.lock/],
];

for (const [what, lock, words, problem, hint] of refused) {
  test(`pylock.toml is refused: ${what}`, async (t) => {
    const place = await folder(t);
    put(join(place, 'wheels'), ...every, named('r-1.0-py3-none-any', { requires: '<3.12' }));
    await assert.rejects(locked(place, lock, '--no-cache', ...words), (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, problem);
      if (hint) assert.match(error.hint ?? '', hint);
      return true;
    });
  });
}

test('the best tag of the target, and the newest build', async (t) => {
  const place = await folder(t);
  const tags = [
    'py2.py3-none-any',
    'py3-none-manylinux_2_17_x86_64',
    'cp38-abi3-manylinux_2_28_x86_64',
    'cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64',
    'cp312-cp312-manylinux_2_28_x86_64',
    'cp312-cp312-manylinux_2_40_x86_64',
    'cp312-cp312-musllinux_1_2_x86_64',
    'cp312-cp312-manylinux_2_28_aarch64',
    'cp313-cp313-manylinux_2_28_x86_64',
    'cp312-cp312-win_amd64',
    'cp312-cp312-musllinux_1_1_aarch64',
  ];
  const wheels = [
    ...tags.map((tag) => named(`n-1-${tag}`)),
    ...['3', '10', '2b'].map((build) => named(`n-1-${build}-cp37-abi3-manylinux_2_5_x86_64`)),
  ];
  put(join(place, 'wheels'), ...wheels);
  const platform = (name: string, libc: string, architecture: string, abi: string) => {
    const scheme = ['purelib', 'platlib', 'headers', 'scripts', 'data']
      .map((key) => `  ${key}: /p/x-packages`)
      .join('\n');
    writeFileSync(
      join(place, name),
      `ConsoleShebang: /p\nScheme:\n${scheme}\nVersion: "3.${Number.parseInt(abi.slice(3), 10)}"\nABI: ${abi}\nLibc: ${libc}\nArchitecture: ${architecture}\n`,
    );
    return ['--platform-file', join(place, name)];
  };
  const lock = (list: readonly Named[]) =>
    pylock('', pyPackage('n', '1', '', ...list.map((wheel) => wheelLine(wheel))));
  const best = async (list: readonly Named[], ...words: string[]) => (await locked(place, lock(list), ...words)).n;
  const without = (...out: RegExp[]) => wheels.filter(({ file }) => !out.some((pattern) => pattern.test(file)));
  assert.equal(await best(wheels), 'n-1-cp312-cp312-manylinux_2_28_x86_64');
  assert.equal(await best([...wheels].reverse()), 'n-1-cp312-cp312-manylinux_2_28_x86_64');
  assert.equal(
    await best(without(/cp312-cp312-manylinux_2_28_x86/)),
    'n-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64',
  );
  assert.equal(await best(without(/cp312-cp312/)), 'n-1-cp38-abi3-manylinux_2_28_x86_64');
  assert.equal(await best(without(/cp312-cp312/, /cp38/)), 'n-1-10-cp37-abi3-manylinux_2_5_x86_64');
  assert.equal(await best(without(/abi3/, /cp312/)), 'n-1-py3-none-manylinux_2_17_x86_64');
  assert.equal(await best(without(/x86_64/)), 'n-1-py2.py3-none-any');
  assert.equal(
    await best(wheels, ...platform('arm', 'glibc 2.31', 'aarch64', 'cp312')),
    'n-1-cp312-cp312-manylinux_2_28_aarch64',
  );
  assert.equal(
    await best(wheels, ...platform('musl', 'musl 1.2', 'x86_64', 'cp312')),
    'n-1-cp312-cp312-musllinux_1_2_x86_64',
  );
  assert.equal(
    await best(wheels, ...platform('musl-arm', 'musl 1.2', 'aarch64', 'cp312')),
    'n-1-cp312-cp312-musllinux_1_1_aarch64',
  );
  assert.equal(
    await best(wheels, ...platform('old', 'glibc 2.17', 'x86_64', 'cp312')),
    'n-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64',
  );
  assert.equal(
    await best(wheels, ...platform('threads', 'glibc 2.36', 'x86_64', 'cp313t')),
    'n-1-py3-none-manylinux_2_17_x86_64',
  );
  assert.equal(
    await best(wheels, ...platform('new', 'glibc 2.41', 'x86_64', 'cp312')),
    'n-1-cp312-cp312-manylinux_2_40_x86_64',
  );
});
