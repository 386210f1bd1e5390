import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../../lib/errors.ts';
import { folder } from '../peers/tools.ts';
import { installed, row, type Wheel, wheel } from './wheels.ts';
import { type Member, zip } from './zip.ts';

const info = 'demo-1.0.dist-info';
const flip =
  (content: string, name = 'demo/__init__.py') =>
  (list: Member[]) =>
    list.map((one) => (one.name === name ? { ...one, content } : one));
const rows =
  (from: string, to: [string, string, string] | undefined): NonNullable<Wheel['record']> =>
  (list) =>
    list.flatMap((one) => (one[0] !== from ? [one] : to ? [to] : []));
const init = 'demo/__init__.py';
const data = (path: string): Wheel => ({ files: { [path]: 'x' } });
const points = (line: string): Wheel => ({ entryPoints: `[console_scripts]\n${line}\n` });

const rejections: [what: string, wheel: Wheel | Buffer, words: RegExp][] = [
  ['a wrong hash', { members: flip('x = 2\n') }, /another sha256/],
  [
    'a wrong size',
    { record: (list) => list.map(([path, digest, size]) => [path, digest, size && `${Number(size) + 1}`]) },
    /another size/,
  ],
  ['a file that is not listed', { record: rows(init, undefined) }, /RECORD does not list demo/],
  ['a row without a file', { record: (list) => [...list, row('ghost.py', '')] }, /ghost\.py, which is not there/],
  ['md5', { record: rows(init, row(init, 'x = 1\n', 'md5')) }, /md5/],
  ['sha1', { record: rows(init, row(init, 'x = 1\n', 'sha1')) }, /sha1/],
  // pip writes it anew: what is in the wheel is not installed.
  [
    'a wrong hash of what is left out',
    { files: { [`${info}/INSTALLER`]: 'x' }, members: flip('y', `${info}/INSTALLER`) },
    /another sha256/,
  ],
  [
    'a wrong CRC of what is left out',
    { files: { [`${info}/RECORD.jws`]: 'x', [`${info}/REQUESTED`]: '' }, members: flip('y', `${info}/REQUESTED`) },
    /another size/,
  ],
  ['no digest', { record: rows(init, [init, '', '6']) }, /no digest/],
  ['a NUL in a name', data('demo/a\0b'), /NUL/],
  ['a file twice', { members: (list) => [...list, { name: init, content: 'x = 2\n' }] }, /twice/],
  ['a row twice, and differently', { record: (list) => [...list, row(init, 'y')] }, /twice/],
  ['two files for one path', { files: { 'x.py': '1', 'demo-1.0.data/purelib/x.py': '2' } }, /two different files/],
  ['a file where another needs a folder', { files: { x: '1', 'x/y': '2' } }, /x/],
  ['..', data('../evil'), /leaves/],
  ['.. further in', data('demo/../../evil'), /leaves/],
  ['an absolute name', data('/etc/evil'), /leaves/],
  ['.. in .data', data('demo-1.0.data/data/../../../evil'), /leaves/],
  ['a folder beside the right one', data('demo-1.0.data/purelib/../site-packages-evil/x'), /leaves/],
  ['a script that leaves', data('demo-1.0.data/scripts/../evil'), /leaves/],
  ['an unknown .data key', data('demo-1.0.data/stdlib/x'), /is not in a folder/],
  ['an entry point that leaves', points('../../evil = demo:f'), /script named/],
  ['an entry point with a slash', points('a/b = demo:f'), /script named/],
  ['an entry point that is none', points('run = demo'), /does not name what to call/],
  ['code in an entry point', points('run = demo:f();import os'), /does not name what to call/],
  [
    'Wheel-Version 2',
    { wheel: 'Wheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n' },
    /Wheel-Version 2\.0/,
  ],
  ['no Wheel-Version', { wheel: 'Tag: py3-none-any\n' }, /no Wheel-Version/],
  ['no tag', { wheel: 'Wheel-Version: 1.0\n' }, /no Tag/],
  [
    'tags of another Python',
    { wheel: 'Wheel-Version: 1.0\nTag: cp311-cp311-manylinux_2_17_x86_64\n' },
    /does not run on Python 3\.12/,
  ],
  ['tags of a newer Python', { wheel: 'Wheel-Version: 1.0\nTag: py313-none-any\n' }, /does not run on/],
  ['tags of Windows', { wheel: 'Wheel-Version: 1.0\nTag: py3-none-win_amd64\n' }, /does not run on/],
  ['tags of PyPy', { wheel: 'Wheel-Version: 1.0\nTag: pp310-pypy310_pp73-linux_x86_64\n' }, /does not run on/],
  ['Python 2 alone', { wheel: 'Wheel-Version: 1.0\nTag: py2-none-any\n' }, /does not run on/],
  ['no dist-info', { members: (list) => list.filter(({ name }) => name === init) }, /no \.dist-info/],
  ['two dist-infos', { files: { 'other-2.dist-info/METADATA': 'x' } }, /several \.dist-info/],
  [
    'no METADATA',
    { members: (list) => list.filter(({ name }) => !name.endsWith('METADATA')) },
    /no demo-1\.0\.dist-info\/METADATA/,
  ],
  [
    'no RECORD',
    { members: (list) => list.filter(({ name }) => !name.endsWith('RECORD')) },
    /no demo-1\.0\.dist-info\/RECORD/,
  ],
  ['METADATA of another project', { metadata: 'Name: other\nVersion: 1.0\n' }, /not of the project other/],
  ['encryption', { members: (list) => list.map((one) => ({ ...one, flags: 0x801 })) }, /encrypted/],
  ['an unknown method', { members: (list) => list.map((one) => ({ ...one, method: 12 })) }, /unknown method 12/],
  ['a wrong CRC', { members: (list) => list.map((one) => (one.name === init ? { ...one, crc: 1 } : one)) }, /CRC/],
  [
    'a wrong size in the zip',
    { members: (list) => list.map((one) => (one.name === init ? { ...one, size: 5 } : one)) },
    /size/,
  ],
  [
    'another name in the local header',
    { members: (list) => list.map((one) => (one.name === init ? { ...one, localName: 'demo/__evil__.py' } : one)) },
    /not what the directory says/,
  ],
  ['no zip', Buffer.from('not a zip at all'.repeat(100)), /not a good zip archive/],
  ['nothing', Buffer.alloc(0), /./],
  ['a zip that is cut off', wheel().subarray(0, -30), /not a good zip archive/],
  ['a zip behind other bytes', Buffer.concat([wheel(), Buffer.from('trailing')]), /not a good zip archive/],
  ['a zip that is no wheel', zip([{ name: 'a', content: 'a' }]), /no \.dist-info/],
];
for (const [what, asked, words] of rejections) {
  test(`rejects a wheel with: ${what}`, async (t) => {
    const place = await folder(t);
    await assert.rejects(
      installed(place, [wheel({ name: 'fine' }), Buffer.isBuffer(asked) ? asked : wheel(asked)]),
      (error) => {
        assert.ok(error instanceof InputError, `${error}`);
        assert.match(error.input, /w1$/);
        assert.match(error.message, words);
        return true;
      },
    );
    assert.ok(!existsSync(join(place, 'wheel.out')));
  });
}
