import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../../lib/errors.ts';
import { tried } from '../command.ts';
import { folder, peers } from '../peers/tools.ts';
import { locked, type Named, named, put } from './locks.ts';

const a = named('a-1.0-py3-none-any');
const b = named('b_c-1.0-cp312-cp312-manylinux_2_17_x86_64');
const old = named('b_c-1.0-cp311-cp311-manylinux_2_17_x86_64');

const line = (what: string, ...wheels: Named[]) =>
  `${what} ${wheels.map(({ sha256 }) => `\\\n    --hash=sha256:${sha256}`).join(' ')}\n`;

test('requirements with hashes: pip brings what fits the target, from where the file says', async (t) => {
  if (!peers(t, 'pip')) return;
  const place = await folder(t);
  put(join(place, 'wheels'), a, b, old);
  const lock = [
    `# a comment\n--no-index\n--find-links ${join(place, 'wheels')}\n`,
    line('a==1.0', a),
    '    # via nothing\n',
    line("B.C[extra]==1.0 ; sys_platform == 'linux'", old, b),
    line("w==1.0 ; sys_platform == 'win32'", a),
  ].join('');
  assert.deepEqual(await locked(place, lock), {
    a: 'a-1.0-py3-none-any',
    b_c: 'b_c-1.0-cp312-cp312-manylinux_2_17_x86_64',
  });
  assert.deepEqual(await locked(place, lock, '--only', 'b-c'), { b_c: 'b_c-1.0-cp312-cp312-manylinux_2_17_x86_64' });
});

test('requirements with hashes: a wheel by its path, of which one of the hashes is right', async (t) => {
  const place = await folder(t);
  put(join(place, 'wheels'), a);
  const file = `wheels/${a.file}`;
  assert.deepEqual(Object.keys(await locked(place, line(file, b, a))), ['a']);
  assert.deepEqual(
    Object.keys(await locked(place, line(`a @ file://${join(place, file)} ; python_version > '3'`, a))),
    ['a'],
  );
});

const refused: [what: string, lock: string, words: string[], problem: RegExp][] = [
  ['not pinned', line('a>=1.0', a), [], /line 1: a>=1\.0 is not pinned: a lock says NAME==VERSION/],
  ['pinned by a prefix', line('a==1.*', a), [], /line 1: a==1\.\* is not pinned/],
  ['two versions', line('a==1.0,!=2', a), [], /line 1: .* is not pinned/],
  ['no hash', 'b==1\n', [], /line 1: b has no --hash/],
  ['another option', `${line('a==1.0', a).trim()} --global-option=x\n`, [], /line 1: --global-option=x is not known/],
  ['another file', '\n-r other.txt\n', [], /line 2: -r is not known in a lock/],
  ['constraints', '-c other.txt\n', [], /line 1: -c is not known in a lock/],
  ['an editable', '-e .\n', [], /line 1: an editable source cannot be installed/],
  [
    'a repository',
    line('a @ git+https://x.example/a', a),
    [],
    /a: is a repository \(git\+https:\/\/x\.example\/a\), not a wheel/,
  ],
  ['an sdist', line('a @ https://x.example/a-1.0.tar.gz', a), [], /a: is an sdist/],
  ['an end within a line', 'a==1.0 \\', [], /ends in the middle of a line/],
  ['twice', line('a==1.0', a) + line('A==2.0', a), [], /has a 1\.0 and a 2\.0/],
  ['md5', 'a==1.0 --hash=md5:00\n', [], /a 1\.0: has md5 alone, which proves nothing/],
  ['an extra', line('a==1.0', a), ['--extra', 'x'], /is a requirements file, which has no extras or groups: x/],
];

for (const [what, lock, words, problem] of refused) {
  test(`requirements are refused: ${what}`, async (t) => {
    const place = await folder(t);
    await assert.rejects(locked(place, lock, ...words), (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, problem);
      return true;
    });
  });
}

test('a wheel with hashes and no address is brought by pip', async (t) => {
  if (!peers(t, 'pip')) return;
  const place = await folder(t);
  put(join(place, 'wheels'), a, b);
  const lock = `lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "a"\nversion = "1.0"\nwheels = [{ name = "${a.file}", hashes = { sha256 = "${a.sha256}" } }]\n`;
  const out = join(place, 'layer.tar');
  writeFileSync(join(place, 'lock'), lock);
  const env = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: join(place, 'wheels') };
  const { status, stderr } = await tried(['wheel', '--lock', join(place, 'lock'), '--python', '3.12', '-o', out], {
    env,
  });
  assert.equal(status, 0, stderr);
  assert.match(readFileSync(out, 'latin1'), /a-1\.0-py3-none-any/);
  assert.doesNotMatch(readFileSync(join(place, 'layer.tar'), 'latin1'), /direct_url/);
});
