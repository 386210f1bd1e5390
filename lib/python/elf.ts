import { type Place, readNow, within } from '../bytes/place.ts';

/** What the head of a program tells (System V ABI, chapter 4, and "Program Header"). */
export interface Elf {
  /** As `uname -m` and wheels call it; undefined for one that no wheel is made for. */
  readonly machine: string | undefined;
  /** The loader that it asks for, by which its C library is known. */
  readonly interpreter: string | undefined;
}

/** So many bytes of a program are looked at: its headers, and the name of its loader, stand at its start. */
export const ELF_HEAD = 4096;

const MAGIC = 0x7f454c46;
const PT_INTERP = 3;

/** By e_machine, whether it counts in 64 bits, and whether its high byte comes first. */
const machines: Readonly<Record<string, string>> = {
  '62 64 little': 'x86_64',
  '183 64 little': 'aarch64',
  '3 32 little': 'i686',
  '40 32 little': 'armv7l',
  '21 64 little': 'ppc64le',
  '22 64 big': 's390x',
  '243 64 little': 'riscv64',
  '258 64 little': 'loongarch64',
};

/** The head of an ELF program, or undefined for another file, as a script. */
export function readElf(program: Place): Elf | undefined {
  const head = readNow(within(program, 0, Math.min(program.size, ELF_HEAD)));
  if (head.length < 64 || head.readUInt32BE(0) !== MAGIC) return undefined;
  const wide = head[4] === 2;
  const big = head[5] === 2;
  const short = (at: number): number => (big ? head.readUInt16BE(at) : head.readUInt16LE(at));
  const word = (at: number): number => (big ? head.readUInt32BE(at) : head.readUInt32LE(at));
  const address = (at: number): number => {
    if (!wide) return word(at);
    return Number(big ? head.readBigUInt64BE(at) : head.readBigUInt64LE(at));
  };
  const machine = machines[`${short(18)} ${wide ? 64 : 32} ${big ? 'big' : 'little'}`];

  const table = address(wide ? 32 : 28);
  const size = short(wide ? 54 : 42);
  for (let number = 0; number < short(wide ? 56 : 44); number++) {
    const at = table + number * size;
    if (at + size > head.length) break;
    if (word(at) !== PT_INTERP) continue;
    const start = address(at + (wide ? 8 : 4));
    const end = start + address(at + (wide ? 32 : 16));
    // With the NUL that ends it.
    return { machine, interpreter: end <= head.length ? head.toString('latin1', start, end - 1) : undefined };
  }
  return { machine, interpreter: undefined };
}
