import * as zlib from 'node:zlib';
import { decompress } from '../../../lib/codecs/compression.ts';
import { pump } from '../../../lib/streams/pump.ts';
import { Broken, outcomeOf } from '../judges/broken.ts';
import { collected } from '../judges/collected.ts';
import { mutateBytes } from '../mutate/bytes.ts';
import { piecesOf } from '../scratch.ts';
import type { Target } from '../target.ts';

const NAME = 'layer.tar.zst';
const hasZstd = typeof zlib.zstdCompressSync === 'function';

const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

/** zstd is taken only where Node's own decoder takes its first frame, and begins with the bytes of that. */
export const zstd: Target = {
  name: 'zstd',
  quick: 600,
  limit: 2000,
  size: 64 * 1024,
  missing: hasZstd ? undefined : `this Node (${process.version}) has no zstd`,
  seeds() {
    if (!hasZstd) return [];
    const frame = (text: string | Buffer, checksum = 1): Buffer =>
      zlib.zstdCompressSync(text, { params: { [zlib.constants.ZSTD_c_checksumFlag]: checksum } });
    return [
      [frame('')],
      [frame('hello '.repeat(500))],
      [frame('no checksum', 0)],
      [Buffer.concat([frame('one'), skippable, frame('two'), frame('')])],
      [Buffer.concat([skippable, frame('behind')])],
      [frame(Buffer.alloc(300_000, 'xyz'))],
    ];
  },
  mutate: (part, dice, other) => mutateBytes(part, dice, other, [magic, skippable, magic.subarray(0, 3)]),
  async run([bytes = Buffer.alloc(0)]) {
    const ours = await outcomeOf(() => plainOf(bytes), [NAME]);
    if ('refusal' in ours) return ours.refusal;
    if (ours.value === undefined) return 'taken large';
    if (!bytes.subarray(0, 4).equals(magic)) return 'taken';
    const judge = judged(bytes);
    if (judge === undefined) throw new Broken('a zstd stream is taken that zlib refuses');
    if (!ours.value.subarray(0, judge.length).equals(judge)) throw new Broken('a zstd stream comes to other bytes');
    return 'taken';
  },
};

function plainOf(bytes: Buffer): Promise<Buffer | undefined> {
  return collected((sink) => pump(piecesOf(bytes), decompress(NAME).stream, sink));
}

function judged(bytes: Buffer): Buffer | undefined {
  try {
    return zlib.zstdDecompressSync(bytes, { maxOutputLength: 32 * 1024 * 1024 });
  } catch {
    return undefined;
  }
}
