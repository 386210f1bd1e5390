import { deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import { decompress } from '../../../lib/codecs/compression.ts';
import { pump } from '../../../lib/streams/pump.ts';
import { Broken, outcomeOf } from '../judges/broken.ts';
import { collected } from '../judges/collected.ts';
import { mutateBytes } from '../mutate/bytes.ts';
import { piecesOf } from '../scratch.ts';
import type { Target } from '../target.ts';

const NAME = 'layer.tar.gz';
/** Bytes past which nothing is compared. */
const MOST = 32 * 1024 * 1024;

const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
const words = [header, Buffer.from([0x1f, 0x8b]), Buffer.from([0x1f]), gzipSync(''), gzipSync('more'), Buffer.alloc(8)];

/** gzip is taken where zlib takes it, and comes to the same bytes. */
export const gzip: Target = {
  name: 'gzip',
  quick: 600,
  limit: 2000,
  size: 64 * 1024,
  seeds: () => [
    ...['', 'a', 'hello '.repeat(500)].map((text) => [gzipSync(text)]),
    [Buffer.concat([gzipSync('one'), gzipSync('two'), gzipSync('')])],
    [Buffer.concat([gzipSync('padded'), Buffer.alloc(700)])],
    [gzipSync(Buffer.alloc(300_000, 'xyz'), { level: 9 })],
    [gzipSync('stored, not deflated', { level: 0 })],
    [fields()],
  ],
  mutate: (part, dice, other) => mutateBytes(part, dice, other, words),
  async run([bytes = Buffer.alloc(0)]) {
    const ours = await outcomeOf(() => plainOf(bytes), [NAME]);
    if ('value' in ours && ours.value === undefined) return 'taken large';
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
      if ('value' in ours && ours.value?.equals(bytes)) return 'taken as it is';
      if ('value' in ours) throw new Broken('bytes that are not compressed are changed');
      return ours.refusal;
    }
    const judge = judged(bytes);
    if (judge === undefined && 'value' in ours) throw new Broken('a gzip stream is taken that zlib refuses');
    if (judge !== undefined && 'value' in ours && !ours.value?.equals(judge.content)) {
      const sizes = `${ours.value?.length} for ${judge.content.length}`;
      throw new Broken('a gzip stream comes to other bytes than zlib says', sizes);
    }
    if (judge !== undefined && 'refusal' in ours && !judge.rest.some((byte) => byte !== 0)) {
      throw new Broken(`a gzip stream is refused that zlib takes: ${ours.refusal}`);
    }
    return 'value' in ours ? 'taken' : ours.refusal;
  },
};

/** A header with every field that there may be. */
function fields(): Buffer {
  const whole = gzipSync('with fields');
  const [raw, trailer] = [deflateRawSync('with fields'), whole.subarray(-8)];
  const names = Buffer.from('name\0comment\0', 'latin1');
  return Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 4 + 8 + 16, 1, 2, 3, 4, 0, 3, 2, 0, 0x41, 0x42]),
    names,
    raw,
    trailer,
  ]);
}

function plainOf(bytes: Buffer): Promise<Buffer | undefined> {
  return collected((sink) => pump(piecesOf(bytes), decompress(NAME).stream, sink));
}

/** What zlib says, and what it leaves behind the end without a look at it. */
function judged(bytes: Buffer): { content: Buffer; rest: Buffer } | undefined {
  try {
    const { buffer, engine } = gunzipSync(bytes, { maxOutputLength: MOST, info: true }) as unknown as Info;
    return { content: buffer, rest: bytes.subarray(engine.bytesWritten) };
  } catch {
    return undefined;
  }
}

/** What `info` asks for, which the types do not know. */
interface Info {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}
