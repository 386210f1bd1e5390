/*
 * Small ELF programs with the build info of Go, in both of its forms (debug/buildinfo), for machines without a Go of old.
 */

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const ADDRESS = 0x400000;

/** What the linker puts around the text. */
const marked = (text: string) => Buffer.concat([Buffer.alloc(16, 1), Buffer.from(text), Buffer.alloc(16, 2)]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

export type Form = 'inline' | 'pointers' | 'pointers of 32 bits, high byte first';

/**
 * A program with one segment and, if so asked, no table of sections.
 *
 * @param version of Go, as `go1.22.1`
 * @param info the lines of `go version -m`, tabs between their columns
 */
export function goProgram(
  version: string,
  info: string,
  { form = 'inline', sections = true, padding = 0 }: { form?: Form; sections?: boolean; padding?: number } = {},
): Buffer {
  const isWide = form !== 'pointers of 32 bits, high byte first';
  const head = Buffer.alloc(4096);
  const blob = form === 'inline' ? inline(version, info) : pointers(version, info, isWide);
  const data = Buffer.concat([blob, Buffer.alloc(padding)]);
  const names = Buffer.from('\0.go.buildinfo\0.shstrtab\0');
  const namesAt = head.length + data.length;
  const rows = [row(isWide, 0, 0, 0, 0), row(isWide, 1, ADDRESS, head.length, blob.length)];
  rows.push(row(isWide, 15, 0, namesAt, names.length));
  const tableAt = namesAt + names.length;

  head.write('\x7fELF', 'latin1');
  head[4] = isWide ? 2 : 1;
  head[5] = isWide ? 1 : 2;
  const { short, word, address } = writers(head, isWide);
  short(16, 2);
  short(18, 62);
  address(isWide ? 32 : 28, 64);
  if (sections) address(isWide ? 40 : 32, tableAt);
  short(isWide ? 54 : 42, isWide ? 56 : 32);
  short(isWide ? 56 : 44, 1);
  short(isWide ? 58 : 46, isWide ? 64 : 40);
  short(isWide ? 60 : 48, sections ? 3 : 0);
  short(isWide ? 62 : 50, sections ? 2 : 0);
  // PT_LOAD, readable and writable.
  word(64, 1);
  word(64 + (isWide ? 4 : 24), 6);
  address(64 + (isWide ? 8 : 4), head.length);
  address(64 + (isWide ? 16 : 8), ADDRESS);
  address(64 + (isWide ? 32 : 16), data.length);
  return Buffer.concat([head, data, names, ...rows]);
}

function inline(version: string, info: string): Buffer {
  const text = marked(info);
  const head = Buffer.alloc(32);
  MAGIC.copy(head);
  head[14] = 8;
  head[15] = 2;
  return Buffer.concat([head, varint(version.length), Buffer.from(version), varint(text.length), text]);
}

function pointers(version: string, info: string, isWide: boolean): Buffer {
  const size = isWide ? 8 : 4;
  const text = marked(info);
  const blob = Buffer.alloc(96);
  MAGIC.copy(blob);
  blob[14] = size;
  blob[15] = isWide ? 0 : 1;
  const { address } = writers(blob, isWide);
  address(16, ADDRESS + 32);
  address(16 + size, ADDRESS + 64);
  address(32, ADDRESS + 96);
  address(32 + size, version.length);
  address(64, ADDRESS + 96 + version.length);
  address(64 + size, text.length);
  return Buffer.concat([blob, Buffer.from(version), text]);
}

function row(isWide: boolean, name: number, address: number, offset: number, size: number): Buffer {
  const bytes = Buffer.alloc(isWide ? 64 : 40);
  const write = writers(bytes, isWide);
  write.word(0, name);
  write.address(isWide ? 16 : 12, address);
  write.address(isWide ? 24 : 16, offset);
  write.address(isWide ? 32 : 20, size);
  return bytes;
}

function writers(bytes: Buffer, isWide: boolean) {
  const word = (at: number, value: number) =>
    isWide ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  return {
    short: (at: number, value: number) => (isWide ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at)),
    word,
    address: (at: number, value: number) => (isWide ? bytes.writeBigUInt64LE(BigInt(value), at) : word(at, value)),
  };
}
