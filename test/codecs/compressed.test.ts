import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import * as zlib from 'node:zlib';
import { hasZstd } from '../../lib/codecs/zstd.ts';
import { shell, tried } from '../command.ts';
import { sha256 } from '../entries.ts';
import { given, layers } from '../inputs/ten-layers.ts';
import { folder, peers } from '../peers/tools.ts';
import { layerOf, squashBytes } from '../transforms/stacking.ts';

/** What squash makes of compressed bytes, from a file and from a pipe in pieces. */
async function taken(cwd: string, bytes: Buffer): Promise<{ status: number; stderr: string; digest: string }[]> {
  const path = join(cwd, 'packed');
  writeFileSync(path, bytes);
  const outcomes = await Promise.all([tried(['squash', path]), tried(['squash', '-'], { stdin: path })]);
  return outcomes.map(({ status, stderr, stdout }) => ({ status, stderr, digest: sha256(stdout) }));
}

async function compressed(t: TestContext, good: [string, Buffer][], bad: [string, Buffer, RegExp][]): Promise<void> {
  const { cwd } = await given(t);
  const wanted = sha256(await squashBytes(layers.slice(0, 1)));
  for (const [what, bytes] of good) {
    for (const outcome of await taken(cwd, bytes))
      assert.deepEqual(outcome, { status: 0, stderr: '', digest: wanted }, what);
  }
  for (const [what, bytes, words] of bad) {
    for (const { status, stderr, digest } of await taken(cwd, bytes)) {
      assert.match(stderr, words, what);
      assert.deepEqual([status, digest], [1, sha256(Buffer.alloc(0))], what);
    }
  }
}

const layer = layers[0]!;

function damaged(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length + at]! ^= 0xff;
  return copy;
}

test('gzip: members, padding, garbage, damage', async (t) => {
  const [front, back] = [zlib.gzipSync(layer.subarray(0, 40_000)), zlib.gzipSync(layer.subarray(40_000))];
  const whole = zlib.gzipSync(layer);
  const zeros = Buffer.alloc(200_000);
  await compressed(
    t,
    [
      ['one member', whole],
      ['two members', Buffer.concat([front, back])],
      ['an empty member', Buffer.concat([front, zlib.gzipSync(''), back])],
      ['zeros behind', Buffer.concat([whole, zeros])],
      ['no compression', zlib.gzipSync(layer, { level: 0 })],
    ],
    [
      ['garbage behind', Buffer.concat([whole, Buffer.from('garbage')]), /gzip/],
      ['garbage behind zeros', Buffer.concat([whole, zeros, Buffer.from('x')]), /other bytes after the end/],
      ['a member behind zeros', Buffer.concat([front, zeros, back]), /other bytes after the end/],
      ['a wrong CRC', damaged(whole, -8), /gzip stream is damaged/],
      ['a wrong size', damaged(whole, -1), /gzip stream is damaged/],
      ['a wrong CRC of the first member', Buffer.concat([damaged(front, -8), back]), /gzip stream is damaged/],
      ...[1, 2, 5, 10, 30, front.length - 9, front.length - 4, front.length - 1].map(
        (cut): [string, Buffer, RegExp] => [
          `cut at ${cut}`,
          front.subarray(0, cut),
          cut === 1 ? /only 1 bytes/ : /cut off/,
        ],
      ),
      ['cut in its second member', Buffer.concat([front, back.subarray(0, -3)]), /cut off/],
    ],
  );
});

test('zstd: frames, skippable frames, damage', async (t) => {
  if (!hasZstd && !peers(t, 'zstd')) return;
  const pack = (bytes: Buffer) => {
    if (!hasZstd) return execFileSync('zstd', ['-q', '-c'], { input: bytes });
    return zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } });
  };
  const whole = pack(layer);
  const [front, back] = [pack(layer.subarray(0, 40_000)), pack(layer.subarray(40_000))];
  const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]);
  await compressed(
    t,
    [
      ['one frame', whole],
      ['two frames', Buffer.concat([front, back])],
      ['skippable frames', Buffer.concat([skippable, front, skippable, back, skippable])],
    ],
    [
      ['garbage behind', Buffer.concat([whole, Buffer.from('garbage')]), /other bytes after the end/],
      ['a wrong checksum', damaged(whole, -1), /zstd stream is damaged/],
      ['a wrong checksum of the first frame', Buffer.concat([damaged(front, -1), back]), /zstd stream is damaged/],
      // A block of the type compressed and of no bytes, behind nine of nothing: libzstd takes it block by block.
      [
        'an empty compressed block',
        Buffer.from(`28b52ffd2000${'000000'.repeat(9)}040000010000`, 'hex'),
        /zstd stream is damaged/,
      ],
      [
        'a frame of nothing that claims 255 bytes',
        Buffer.from('28b52ffd24ff01000099e9d851', 'hex'),
        /zstd stream is damaged/,
      ],
      ['a skippable frame that is cut off', Buffer.concat([whole, skippable.subarray(0, -1)]), /cut off/],
      ...[5, 8, 20, whole.length - 5, whole.length - 1].map((cut): [string, Buffer, RegExp] => [
        `cut at ${cut}`,
        whole.subarray(0, cut),
        /cut off/,
      ]),
    ],
  );
});

test('zstd on a Node without it is a clear error', async (t) => {
  if (hasZstd) return t.skip('this Node has zstd');
  const cwd = await folder(t);
  writeFileSync(join(cwd, 'l'), Buffer.from('28b52ffd2400010000', 'hex'));
  const { status, stderr } = await tried(['squash', join(cwd, 'l')], { env: { PATH: '/nonexistent' } });
  assert.match(stderr, /cannot read zstd\nhint: Node 22\.15 and newer have zstd; on an older one the zstd program/);
  const compressing = await tried(['image', join(cwd, 'l'), '--compress', 'zstd'], { env: { PATH: '/nonexistent' } });
  assert.match(compressing.stderr, /zstd\nhint: Node 22\.15/);
  assert.equal(status, 1);
});

test('what follows the end of a tar is verified, and kept where bytes are kept', async (t) => {
  const cwd = await folder(t);
  const trailing = Buffer.concat([layerOf('a=1'), Buffer.alloc(3_000_000)]);
  const path = join(cwd, 'trailing.tar');
  writeFileSync(path, trailing);
  const fromFile = await tried(['image', path]);
  assert.equal(fromFile.status, 0);
  assert.ok(fromFile.stdout.includes(sha256(trailing)), 'the digest is that of the whole file');
  const fromPipe = await shell(
    '(head -c 2000 trailing.tar; sleep 0.3; tail -c +2001 trailing.tar) | layertool image -',
    { cwd },
  );
  assert.equal(sha256(fromPipe.stdout), sha256(fromFile.stdout), 'a pipe gives the same bytes');
  for (const command of ['squash', 'image']) {
    writeFileSync(path, damaged(zlib.gzipSync(trailing), -8));
    const { status, stdout, stderr } = await tried([command, path]);
    assert.match(stderr, /gzip stream is damaged/, command);
    assert.deepEqual([status, stdout.length], [1, 0], command);
  }
});

test('archives that git makes, with a global header', async (t) => {
  const cwd = await folder(t);
  if (!peers(t, 'git')) return;
  execFileSync('git', ['init', '-q', cwd]);
  for (let at = 10; at < 22; at++) writeFileSync(join(cwd, `${at}`), `${at}`.repeat(40_000));
  execFileSync('git', ['-C', cwd, 'add', '.']);
  execFileSync('git', ['-C', cwd, '-c', 'user.name=x', '-c', 'user.email=x@x', 'commit', '-qm', 'x']);
  const { status, stdout, stderr } = await shell('git archive HEAD | layertool squash -', { cwd });
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout.toString('latin1'), /^10\0.*1010.*21\0.*2121/s);
});
