import { type Random, random } from '../peers/random.ts';

/*
 * What files are made of: stretches of one long text and one long program, both made up, that compress about as the
 * files of a Debian do (text to about 30 %, programs to about 40 %), and of noise, as in what is compressed already.
 */

const LENGTH = 16 * 1024 * 1024;

export type Kind = 'text' | 'program' | 'noise';

export type Pools = Readonly<Record<Kind, Buffer>>;

export function pools(seed: number): Pools {
  const dice = random(seed);
  return { text: text(dice), program: program(dice), noise: noise(dice) };
}

/** As many bytes from somewhere in a pool, in pieces that are not to be changed. */
export function* pieces(pool: Buffer, dice: Random, size: number): Generator<Buffer> {
  let at = dice.below(pool.length);
  for (let left = size; left > 0; ) {
    const piece = pool.subarray(at, at + Math.min(left, 1024 * 1024));
    yield piece;
    left -= piece.length;
    at = (at + piece.length) % pool.length;
  }
}

/** A few words often, most of them seldom, as Zipf has it. */
function seldom(dice: Random, count: number): number {
  return Math.floor(count ** (dice.below(2 ** 30) / 2 ** 30)) - 1;
}

function text(dice: Random): Buffer {
  const words = Array.from({ length: 12_000 }, () => {
    const letters = Array.from({ length: 1 + dice.below(5) }, () => 'etaoinshrdlcumwfgypbvk'[seldom(dice, 22)]);
    return letters.map((letter) => letter + (dice.chance(0.6) ? dice.pick(['a', 'e', 'i', 'o', 'u']) : '')).join('');
  });
  const breaks = [' ', ' ', ' ', ' ', ' ', ', ', '_', '.', '(', ') ', '\n', '\n    ', ' = '] as const;
  return filled(dice, () => Buffer.from((words[seldom(dice, words.length)] ?? '') + dice.pick(breaks)), 0.06, 120);
}

function program(dice: Random): Buffer {
  const instructions = Array.from({ length: 6_000 }, () => {
    return Buffer.from(Array.from({ length: 2 + dice.below(5) }, () => seldom(dice, 256)));
  });
  const nothing = Buffer.alloc(12);
  return filled(
    dice,
    () => {
      if (dice.chance(0.12)) return nothing.subarray(0, 1 + dice.below(12));
      if (dice.chance(0.14)) return Buffer.from([dice.below(256), dice.below(256)]);
      return instructions[seldom(dice, instructions.length)] ?? nothing;
    },
    0.05,
    48,
  );
}

function noise(dice: Random): Buffer {
  const pool = Buffer.alloc(LENGTH);
  for (let at = 0; at < LENGTH; at += 4) pool.writeUInt32LE(dice.below(2 ** 32), at);
  return pool;
}

/** Fills a pool with tokens, and now and then with something that stood a little before. */
function filled(dice: Random, token: () => Uint8Array, again: number, longest: number): Buffer {
  const pool = Buffer.alloc(LENGTH);
  for (let at = 0; at < LENGTH; ) {
    if (at > 0 && dice.chance(again)) {
      const from = at - 1 - dice.below(Math.min(at, 30_000));
      at += pool.copy(pool, at, from, Math.min(at, from + 8 + dice.below(longest)));
    } else {
      const next = token();
      pool.set(next.subarray(0, LENGTH - at), at);
      at += next.length;
    }
  }
  return pool;
}
