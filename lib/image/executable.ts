/*
 * What a program runs on, as the first bytes of its file say: enough to see that it is a program at all, and not one for
 * another machine.
 */

/** As many bytes of a file as it takes. */
export const HEAD = 64;

/** e_machine of ELF (System V ABI and its supplements); the same number stands for both byte orders and widths. */
const elfMachines: Record<number, string[]> = {
  3: ['386'],
  8: ['mips', 'mipsle', 'mips64', 'mips64le'],
  21: ['ppc64', 'ppc64le'],
  22: ['s390x'],
  40: ['arm'],
  62: ['amd64'],
  183: ['arm64'],
  243: ['riscv64'],
  258: ['loong64'],
};

const bigEndian = new Set(['mips', 'mips64', 'ppc64', 's390x']);
const narrow = new Set(['386', 'arm', 'mips', 'mipsle']);

/** cputype of Mach-O (mach/machine.h). */
const machMachines: Record<number, string> = { 16777223: 'amd64', 16777228: 'arm64' };

/** Whether a file that begins so is a program for an operating system and an architecture, in Go's words. */
export function runsOn(head: Buffer, os: string, architecture: string): boolean {
  if (architecture === 'wasm') return head.subarray(0, 4).equals(Buffer.from('\0asm', 'latin1'));
  if (os === 'windows') return head.toString('latin1', 0, 2) === 'MZ';
  if (os === 'darwin' || os === 'ios') {
    return head.readUInt32LE(0) === 0xfeedfacf && machMachines[head.readUInt32LE(4)] === architecture;
  }
  if (os === 'aix' || os === 'plan9') return true;
  return elfArchitectures(head).includes(architecture);
}

/** Whether a file that begins so is an ELF: a program or a library of Linux and its kin. */
export function isElf(head: Buffer): boolean {
  return head.length >= 20 && head.toString('latin1', 0, 4) === '\x7fELF';
}

/** What machine an ELF is for, in Go's words where they have one. */
export function elfMachine(head: Buffer): string {
  const [machine, bits, order] = [machineNumber(head), head[4] === 1 ? 32 : 64, head[5] === 2 ? 'big' : 'little'];
  return elfArchitectures(head)[0] ?? `machine ${machine} of ${bits} bits, ${order}-endian`;
}

/** Those that its class and byte order leave; none for a machine that Go does not know, and for what is no ELF. */
function elfArchitectures(head: Buffer): string[] {
  if (!isElf(head)) return [];
  const known = elfMachines[machineNumber(head)] ?? [];
  return known.filter((name) => bigEndian.has(name) === (head[5] === 2) && narrow.has(name) === (head[4] === 1));
}

function machineNumber(head: Buffer): number {
  return head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
}
