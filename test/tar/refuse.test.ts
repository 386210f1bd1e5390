import assert from 'node:assert/strict';
import test from 'node:test';
import { InputError } from '../../lib/errors.ts';
import { read } from '../entries.ts';
import { archive, base256, block, END, file, GNU, long, pax } from './blocks.ts';

const long255 = `${'d'.repeat(150)}/${'n'.repeat(104)}`;

const big = 'y'.repeat(1024 * 1024);

/** What must be refused, and the words by which a user finds out why. */
const refusals: [what: string, archive: Buffer, words: RegExp][] = [
  ['nothing at all', Buffer.alloc(0), /is empty/],
  ['text', Buffer.from('hello\n'.repeat(200)), /not a tar archive/],
  ['a wrong checksum', archive(block({ checksum: 'wrong' })), /checksum/],
  ['a wrong checksum further on', archive(file('hi'), block({ checksum: 'wrong' })), /byte 1024: .*checksum/],
  ['an unknown type', archive(block({ flag: 'Q' })), /type "Q"/],
  ['no name', archive(block({ name: '' })), /without a name/],
  ['a link without a target', archive(block({ flag: '2' })), /target/],
  ['a NUL in a name', archive(pax([['path', 'a\0b']]), block()), /NUL/],
  ['a NUL in a target', archive(pax([['linkpath', 'a\0b']]), block({ flag: '2' })), /NUL/],
  ['a number that is none', archive(block({ uid: '12x4567\0' })), /uid is not a number/],
  ['a negative size', archive(block({ size: base256(-512n, 12) })), /negative size/],
  ['a negative owner', archive(block({ uid: base256(-1n, 8) })), /negative owner/],
  ['a size past 2^53', archive(block({ size: base256(1n << 60n, 12) })), /range/],
  ['an extended header over 1 MiB', archive(pax([['comment', big]]), block()), /1 MiB/],
  ['a long name over 1 MiB', archive(long('L', big), block()), /1 MiB/],
  ['an extended header that claims too much', archive(block({ flag: 'x', size: base256(1n << 40n, 12) })), /1 MiB/],
  ['an extended header without an entry', archive(pax([['path', 'x']])), /without an entry/],
  ['a PAX record without an end', archive(file('12 path=abcd', { flag: 'x' }), block()), /PAX/],
  ['a PAX record that is too long', archive(file('99 path=x\n', { flag: 'x' }), block()), /PAX/],
  ['a PAX record without =', archive(file('6 abc\n', { flag: 'x' }), block()), /PAX/],
  ['a PAX number that is none', archive(pax([['uid', '1e3']]), block()), /uid/],
  ['a PAX time that is none', archive(pax([['mtime', 'soon']]), block()), /mtime/],
];

for (const [what, bytes, words] of refusals) {
  test(`refuses: ${what}`, async () => {
    for (const size of [1 << 16, 100]) {
      await assert.rejects(read(bytes, size), (error) => {
        assert.ok(error instanceof InputError, `${error}`);
        assert.equal(error.input, 'layer.tar');
        assert.match(error.message, words);
        return true;
      });
    }
  });
}

test('refuses: an archive that is cut off, wherever that is', async () => {
  const whole = Buffer.concat([
    pax([['comment', 'z'.repeat(600)]]),
    file('x'.repeat(1500), { name: 'first' }),
    long('L', long255),
    file('y'.repeat(70_000), { magic: GNU }),
    block({ flag: '5', name: 'dir' }),
  ]);
  const cuts = Array.from({ length: Math.floor(whole.length / 512) }, (_, at) => [
    at * 512,
    at * 512 + 1,
    at * 512 + 511,
  ]);
  for (const cut of [...cuts.flat(), whole.length, whole.length + 300]) {
    const bytes = Buffer.concat([whole, END]).subarray(0, cut);
    await assert.rejects(read(bytes), (error) => {
      assert.ok(error instanceof InputError, `cut at ${cut}: ${error}`);
      assert.match(error.message, cut === 0 ? /is empty/ : cut < 512 ? /only \d+ bytes/ : /is cut off/);
      assert.match(error.hint ?? '', /did the command in <\( \) fail\?/);
      return true;
    });
  }
});
