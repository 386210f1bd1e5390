import assert from 'node:assert/strict';
import test from 'node:test';
import { read } from '../entries.ts';
import { archive, block, END, file, octal, pax } from './blocks.ts';

test('reads: binary xattrs and unknown records', async () => {
  const records: [string, string][] = [
    ['SCHILY.xattr.user.a', '\0\xff=\n'],
    ['SCHILY.xattr.user.empty', ''],
    ['VENDOR.key', 'x=y'],
    ['__proto__', 'p'],
  ];
  const [found] = await read(archive(pax(records), block()));
  assert.deepEqual([...found!.header.pax], records);
});

test('reads: a global header holds until it is taken back, others for one entry', async () => {
  const found = await read(
    archive(
      pax([['uid', '5']], 'g'),
      pax([['gid', '6']]),
      block({ name: 'a' }),
      block({ name: 'b' }),
      pax([['uid', '']], 'g'),
      block({ name: 'c' }),
    ),
  );
  assert.deepEqual(
    found.map(({ header: { name, uid, gid } }) => [name, uid, gid]),
    [
      ['a', 5, 6],
      ['b', 5, 0],
      ['c', 0, 0],
    ],
  );
});

test('reads: a claimed size of what has no body is not skipped', async () => {
  const size = octal(512, 12);
  const found = await read(
    archive(
      block({ flag: '1', linkname: 'x', size }),
      block({ flag: '2', linkname: 'x', size }),
      block({ flag: '5', size }),
      file('end'),
    ),
  );
  assert.deepEqual(
    found.map((one) => one.header.type),
    ['link', 'symlink', 'directory', 'file'],
  );
});

test('reads: one zero block ends an archive, and what follows is ignored', async () => {
  const [found] = await read(Buffer.concat([file('hi'), END.subarray(0, 512)]));
  assert.equal(found!.content.toString(), 'hi');
  const junk = Buffer.alloc(3_000_000, 'junk');
  assert.equal((await read(Buffer.concat([file('hi'), END, junk]))).length, 1);
  assert.equal((await read(END)).length, 0);
});
