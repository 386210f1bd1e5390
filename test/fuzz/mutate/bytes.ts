import type { Random } from '../../peers/random.ts';

/** Numbers at which readers go wrong: where a type ends, and where its sign turns. */
const numbers = [
  ...[0n, 1n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn, 0x7fffffffn, 0x80000000n, 0xfffffffen, 0xffffffffn],
  ...[1n << 32n, 1n << 33n, (1n << 53n) - 1n, 1n << 53n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n],
];

/** Breaks bytes of any kind in one place. The words are those of the format. */
export function mutateBytes(bytes: Buffer, dice: Random, other: Buffer, words: readonly (string | Buffer)[]): Buffer {
  const at = dice.below(bytes.length + 1);
  const size = Math.min(bytes.length - at, 1 + dice.below(dice.pick([1, 4, 16, 64, 600])));
  const stretch = bytes.subarray(at, at + size);
  const chosen = dice.some(words) ?? '';
  const word = typeof chosen === 'string' ? Buffer.from(chosen, 'latin1') : chosen;
  switch (dice.below(14)) {
    case 0:
      return changed(bytes, at, (part) => part.writeUInt8(part[0]! ^ (1 << dice.below(8))));
    case 1:
      return changed(bytes, at, (part) => part.writeUInt8(dice.below(256)));
    case 2:
      return changed(bytes, at, (part) => part.writeUInt8((part[0]! + dice.pick([1, 255])) & 255));
    case 3:
      return swapped(bytes, at, dice.below(bytes.length + 1), size);
    case 4:
      return spliced(bytes, at, size, Buffer.alloc(0));
    case 5:
      return spliced(bytes, at, 0, stretch);
    case 6:
      return spliced(bytes, dice.below(bytes.length + 1), 0, stretch);
    case 7:
      return bytes.subarray(0, at);
    case 8:
      return spliced(bytes, at, bytes.length, other.subarray(dice.below(other.length + 1)));
    case 9:
      return spliced(bytes, at, dice.pick([0, size]), other.subarray(0, dice.below(other.length + 1)));
    case 10:
      return changed(bytes, at, (part) => numberBytes(dice).copy(part));
    case 11:
      return spliced(bytes, at, 0, Buffer.alloc(dice.pick([1, 2, 8, 512, 1024]), dice.pick([0, 0, 0x20, 0x30, 0xff])));
    case 12:
      return spliced(bytes, at, 0, word);
    default:
      return changed(bytes, at, (part) => word.copy(part));
  }
}

/** A number in one, two, four or eight bytes. */
function numberBytes(dice: Random): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(dice.some(numbers)!);
  const part = bytes.subarray(0, dice.pick([1, 2, 4, 8]));
  return dice.chance(0.5) ? part : part.reverse();
}

function changed(bytes: Buffer, at: number, change: (part: Buffer) => void): Buffer {
  if (at >= bytes.length) return bytes;
  const copy = Buffer.from(bytes);
  change(copy.subarray(at));
  return copy;
}

/** Replaces a stretch. */
export function spliced(bytes: Buffer, at: number, size: number, by: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + size)]);
}

function swapped(bytes: Buffer, one: number, two: number, size: number): Buffer {
  const [first, second] = one < two ? [one, two] : [two, one];
  const length = Math.min(size, second - first, bytes.length - second);
  const copy = Buffer.from(bytes);
  bytes.copy(copy, first, second, second + length);
  bytes.copy(copy, second, first, first + length);
  return copy;
}
