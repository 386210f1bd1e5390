import assert from 'node:assert/strict';
import test from 'node:test';
import type { Header } from '../../lib/entries/entry.ts';
import { read } from '../entries.ts';
import { archive, base256, block, body, file, GNU, long, octal, pax } from './blocks.ts';

const long255 = `${'d'.repeat(150)}/${'n'.repeat(104)}`;

/** What an archive of one entry must be read as; the fields that are not named do not matter. */
const readings: [what: string, archive: Buffer, header: Partial<Header>, content?: string][] = [
  ['v7', file('hi', { magic: '', uname: 'junk', mode: '   644 \0' }), { type: 'file', mode: 0o644, uname: '' }, 'hi'],
  ['v7 flag NUL', file('hi', { magic: '', flag: '\0' }), { type: 'file' }, 'hi'],
  ['v7 directory', block({ magic: '', name: 'dir/', flag: '0' }), { type: 'directory', name: 'dir/' }],
  ['ustar prefix', block({ prefix: 'a/b', name: 'c' }), { name: 'a/b/c' }],
  [
    'ustar full prefix and name',
    block({ prefix: 'p'.repeat(155), name: 'n'.repeat(100) }),
    { name: `${'p'.repeat(155)}/${'n'.repeat(100)}` },
  ],
  [
    'star prefix of 131',
    block({
      prefix: 'p'.repeat(131),
      name: 'n',
      more: [
        [476, octal(5, 12)],
        [488, octal(6, 12)],
        [508, 'tar\0'],
      ],
    }),
    { name: `${'p'.repeat(131)}/n` },
  ],
  ['GNU has no prefix', block({ magic: GNU, name: 'n', more: [[345, octal(7, 12)]] }), { name: 'n' }],
  ['owner names', block({ uname: 'u'.repeat(32), gname: 'g\xff' }), { uname: 'u'.repeat(32), gname: 'g\xff' }],
  ['contiguous', file('hi', { flag: '7' }), { type: 'file', size: 2 }, 'hi'],
  ['file type in the mode', block({ mode: '0100755\0' }), { mode: 0o755 }],
  ['mode 0', block({ mode: octal(0, 8) }), { mode: 0 }],
  ['directory without a slash', block({ flag: '5', name: 'd' }), { type: 'directory', name: 'd/' }],
  [
    'character device',
    block({ flag: '3', devmajor: octal(5, 8), devminor: octal(1, 8) }),
    { type: 'character-device', devmajor: 5, devminor: 1 },
  ],
  [
    'block device',
    block({ flag: '4', devmajor: octal(8, 8), devminor: octal(17, 8) }),
    { type: 'block-device', devmajor: 8, devminor: 17 },
  ],
  ['FIFO', block({ flag: '6' }), { type: 'fifo' }],
  ['symlink', block({ flag: '2', linkname: 't'.repeat(100) }), { type: 'symlink', linkname: 't'.repeat(100) }],
  [
    'hard link that claims a size',
    block({ flag: '1', linkname: 'x', size: octal(9999, 12) }),
    { type: 'link', size: 0 },
  ],
  ['signed checksum', block({ name: 'caf\xe9', checksum: 'signed' }), { name: 'caf\xe9' }],
  [
    'numbers with blanks',
    block({ size: '          0 ', uid: '    17 \0', mtime: ' 12\0' }),
    { uid: 0o17, mtime: 0o12, size: 0 },
  ],
  ['numbers to the edge', block({ mtime: '777777777777' }), { mtime: 8 ** 12 - 1 }],
  [
    'base-256 owner',
    block({ magic: GNU, uid: base256(4294967294n, 8), gid: base256(3000000n, 8) }),
    { uid: 4294967294, gid: 3000000 },
  ],
  ['negative base-256 mtime', block({ magic: GNU, mtime: base256(-86400n, 12) }), { mtime: -86400, nanoseconds: 0 }],
  ['far base-256 mtime', block({ magic: GNU, mtime: base256(253402300800n, 12) }), { mtime: 253402300800 }],
  ['base-256 size', Buffer.concat([block({ magic: GNU, size: base256(2n, 12) }), body('hi')]), { size: 2 }, 'hi'],
  ['GNU long name', Buffer.concat([long('L', long255), block({ name: 'short', magic: GNU })]), { name: long255 }],
  [
    'GNU long target',
    Buffer.concat([long('K', long255), block({ flag: '2', linkname: 'x', magic: GNU })]),
    { linkname: long255 },
  ],
  [
    'GNU K before L',
    Buffer.concat([long('K', long255), long('L', `${long255}!`), block({ flag: '1', magic: GNU })]),
    { linkname: long255, name: `${long255}!` },
  ],
  [
    'PAX path and linkpath',
    Buffer.concat([
      pax([
        ['path', long255],
        ['linkpath', 'a\nb'],
      ]),
      block({ flag: '2', linkname: 'x' }),
    ]),
    { name: long255, linkname: 'a\nb' },
  ],
  ['PAX path over GNU name', Buffer.concat([long('L', 'gnu'), pax([['path', 'pax']]), block()]), { name: 'pax' }],
  ['PAX size', Buffer.concat([pax([['size', '2']]), block({ size: octal(0, 12) }), body('hi')]), { size: 2 }, 'hi'],
  [
    'PAX size, not of the long name between',
    Buffer.concat([pax([['size', '2']]), long('L', 'name'), block({ magic: GNU }), body('hi')]),
    { name: 'name', size: 2 },
    'hi',
  ],
  [
    'PAX owner',
    Buffer.concat([
      pax([
        ['uid', '4000000000'],
        ['gid', '9'],
        ['uname', 'u\xc3\xa9'],
        ['gname', ''],
      ]),
      block({ uid: octal(1, 8), gname: 'g' }),
    ]),
    { uid: 4000000000, gid: 9, uname: 'u\xc3\xa9', gname: 'g' },
  ],
  ['PAX time', Buffer.concat([pax([['mtime', '1.25']]), block()]), { mtime: 1, nanoseconds: 250000000 }],
  [
    'PAX time to the nanosecond',
    Buffer.concat([pax([['mtime', '5.1234567899']]), block()]),
    { mtime: 5, nanoseconds: 123456789 },
  ],
  ['PAX time before 1970', Buffer.concat([pax([['mtime', '-1.25']]), block()]), { mtime: -2, nanoseconds: 750000000 }],
  [
    'PAX time just before 1970',
    Buffer.concat([pax([['mtime', '-0.000000001']]), block()]),
    { mtime: -1, nanoseconds: 999999999 },
  ],
  [
    'PAX time far off',
    Buffer.concat([pax([['mtime', '99999999999']]), block()]),
    { mtime: 99999999999, nanoseconds: 0 },
  ],
  [
    'PAX deletion',
    Buffer.concat([
      pax([
        ['mtime', '7'],
        ['path', 'p'],
        ['mtime', ''],
        ['path', ''],
      ]),
      block({ name: 'own', mtime: octal(3, 12) }),
    ]),
    { name: 'own', mtime: 3 },
  ],
  [
    'global header',
    Buffer.concat([
      pax(
        [
          ['mtime', '7'],
          ['path', 'p'],
        ],
        'g',
      ),
      pax([['path', '']]),
      block({ name: 'own' }),
    ]),
    { name: 'own', mtime: 7 },
  ],
  [
    'later record wins',
    Buffer.concat([
      pax([
        ['uid', '1'],
        ['uid', '2'],
      ]),
      block(),
    ]),
    { uid: 2 },
  ],
  ['empty body', block({ name: 'e' }), { size: 0 }, ''],
];

for (const [what, bytes, wanted, content] of readings) {
  test(`reads: ${what}`, async () => {
    for (const size of [1 << 16, 700, 1]) {
      const [found, ...others] = await read(archive(bytes), size);
      assert.ok(found);
      assert.equal(others.length, 0);
      assert.deepEqual({ ...found.header, ...wanted }, found.header);
      assert.equal(found.content.toString('latin1'), content ?? '');
    }
  });
}
