/** A growing list of numbers, packed: an index of a million entries is made of these. */
export interface PackedNumbers {
  /** 0 where nothing was set. */
  get(index: number): number;
  set(index: number, value: number): void;
}

type Packed = Uint8Array | Uint16Array | Int32Array | Float64Array;

/** @param pack makes an array of a length, and so says what the numbers may be */
export function packedNumbers(pack: (length: number) => Packed): PackedNumbers {
  let values = pack(1024);
  return {
    get: (index) => values[index] ?? 0,
    set(index, value) {
      if (index >= values.length) {
        const grown = pack(Math.max(index + 1, values.length * 2));
        grown.set(values);
        values = grown;
      }
      values[index] = value;
    },
  };
}

export const bytes = (length: number): Packed => new Uint8Array(length);
export const shorts = (length: number): Packed => new Uint16Array(length);
export const integers = (length: number): Packed => new Int32Array(length);
/** For offsets into files: whole numbers up to 2^53. */
export const offsets = (length: number): Packed => new Float64Array(length);
