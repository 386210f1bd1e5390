import type { Random } from '../../peers/random.ts';
import { mutateBytes, spliced } from './bytes.ts';

const signatures = {
  local: 'PK\x03\x04',
  central: 'PK\x01\x02',
  end: 'PK\x05\x06',
  wideEnd: 'PK\x06\x06',
  locator: 'PK\x06\x07',
};

type Field = readonly [offset: number, width: 2 | 4 | 8];

/** The fields of each record, past its signature: sizes, counts, offsets, flags. */
const fields: Record<keyof typeof signatures, readonly Field[]> = {
  local: [
    [4, 2],
    [6, 2],
    [8, 2],
    [10, 4],
    [14, 4],
    [18, 4],
    [22, 4],
    [26, 2],
    [28, 2],
  ],
  central: [
    [4, 2],
    [8, 2],
    [10, 2],
    [12, 4],
    [16, 4],
    [20, 4],
    [24, 4],
    [28, 2],
    [30, 2],
    [32, 2],
    [34, 2],
    [38, 4],
    [42, 4],
  ],
  end: [
    [4, 2],
    [6, 2],
    [8, 2],
    [10, 2],
    [12, 4],
    [16, 4],
    [20, 2],
  ],
  wideEnd: [
    [4, 8],
    [24, 8],
    [32, 8],
    [40, 8],
    [48, 8],
  ],
  locator: [
    [4, 4],
    [8, 8],
    [16, 4],
  ],
};

const numbers = [
  0n,
  1n,
  2n,
  8n,
  9n,
  0x800n,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  1n << 32n,
  (1n << 53n) + 1n,
  (1n << 64n) - 1n,
];

const words = [
  ...Object.values(signatures),
  ...['RECORD', 'WHEEL', '..', '/', '\0', '../x', 'demo-1.0.dist-info/RECORD', '.data/scripts/', '\xff'],
];

/** Breaks a zip in one place: a field of a record, a record, or bytes. */
export function mutateZip(bytes: Buffer, dice: Random, other: Buffer): Buffer {
  const kind = dice.some(Object.keys(signatures) as (keyof typeof signatures)[])!;
  const places = placesOf(bytes, signatures[kind]);
  const at = dice.some(places) ?? 0;
  const end = bytes.lastIndexOf(signatures.end, bytes.length, 'latin1');
  switch (dice.below(8)) {
    case 0:
    case 1:
    case 2:
      return places.length === 0 ? bytes : withField(bytes, at, dice.some(fields[kind])!, dice);
    case 3:
      return spliced(bytes, at, dice.pick([0, 46, 30]), record(bytes, other, kind, dice));
    case 4:
      return end < 0 ? bytes : spliced(bytes, end, 0, wide(bytes, end, dice));
    case 5:
      return spliced(bytes, at, 0, Buffer.alloc(dice.pick([1, 2, 16, 100]), dice.pick([0, 0x41])));
    default:
      return mutateBytes(bytes, dice, other, words);
  }
}

function placesOf(bytes: Buffer, signature: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(signature, 0, 'latin1'); at >= 0; at = bytes.indexOf(signature, at + 1, 'latin1'))
    places.push(at);
  return places;
}

function withField(bytes: Buffer, at: number, [offset, width]: Field, dice: Random): Buffer {
  if (at + offset + width > bytes.length) return bytes;
  const copy = Buffer.from(bytes);
  const field = copy.subarray(at + offset, at + offset + width);
  const value = Buffer.alloc(8);
  field.copy(value);
  const old = value.readBigUInt64LE();
  const near = old + BigInt(dice.pick([1, -1, 2, 30, -30, 46, 512]));
  value.writeBigUInt64LE(BigInt.asUintN(64, dice.chance(0.5) ? near : dice.some(numbers)!));
  value.copy(field, 0, 0, width);
  return copy;
}

/** A record of the same kind, out of this archive or of another. */
function record(bytes: Buffer, other: Buffer, kind: keyof typeof signatures, dice: Random): Buffer {
  const from = dice.chance(0.5) ? bytes : other;
  const at = dice.some(placesOf(from, signatures[kind]));
  return at === undefined ? Buffer.alloc(0) : from.subarray(at, at + 30 + dice.below(80));
}

/** The end record of zip64 and its locator, which say what the plain end record says, or something else. */
function wide(bytes: Buffer, end: number, dice: Random): Buffer {
  const head = Buffer.alloc(56);
  head.write(signatures.wideEnd, 'latin1');
  head.writeBigUInt64LE(44n, 4);
  const told =
    end + 20 <= bytes.length
      ? [bytes.readUInt16LE(end + 10), bytes.readUInt32LE(end + 12), bytes.readUInt32LE(end + 16)]
      : [0, 0, 0];
  for (const [index, offset] of ([24, 40, 48] as const).entries()) {
    head.writeBigUInt64LE(dice.chance(0.8) ? BigInt(told[index]!) : dice.some(numbers)!, offset);
  }
  head.copy(head, 32, 24, 32);
  const locator = Buffer.alloc(20);
  locator.write(signatures.locator, 'latin1');
  locator.writeBigUInt64LE(dice.chance(0.8) ? BigInt(end) : dice.some(numbers)!, 8);
  locator.writeUInt32LE(dice.pick([1, 1, 1, 0, 2]), 16);
  return Buffer.concat([head, locator]);
}
