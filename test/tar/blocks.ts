/** Layers made by hand, field by field, also such as no good writer makes. */

export type Fields = {
  name?: string;
  flag?: string;
  mode?: string;
  uid?: string | Buffer;
  gid?: string | Buffer;
  size?: string | Buffer;
  mtime?: string | Buffer;
  linkname?: string;
  magic?: string;
  uname?: string;
  gname?: string;
  devmajor?: string;
  devminor?: string;
  prefix?: string;
  /** Bytes at offsets, past all fields. */
  more?: [offset: number, bytes: Buffer | string][];
  checksum?: 'signed' | 'wrong';
};

export const POSIX = 'ustar\x0000';
export const GNU = 'ustar  \0';
export const END = Buffer.alloc(1024);

export const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;

/** A number in base 256, as GNU tar and star write what octal digits cannot say. */
export function base256(value: bigint, width: number): Buffer {
  const field = Buffer.alloc(width);
  let rest = BigInt.asUintN(width * 8, value);
  for (let at = width - 1; at >= 0; at--, rest >>= 8n) field[at] = Number(rest & 0xffn);
  field[0]! |= 0x80;
  return field;
}

/** One header block. */
export function block(fields: Fields = {}): Buffer {
  const bytes = Buffer.alloc(512);
  const put = (value: string | Buffer, offset: number) =>
    void (typeof value === 'string' ? Buffer.from(value, 'latin1') : value).copy(bytes, offset);
  put(fields.name ?? 'file', 0);
  put(fields.mode ?? octal(0o644, 8), 100);
  put(fields.uid ?? octal(0, 8), 108);
  put(fields.gid ?? octal(0, 8), 116);
  put(fields.size ?? octal(0, 12), 124);
  put(fields.mtime ?? octal(0, 12), 136);
  put(fields.flag ?? '0', 156);
  put(fields.linkname ?? '', 157);
  put(fields.magic ?? POSIX, 257);
  put(fields.uname ?? '', 265);
  put(fields.gname ?? '', 297);
  put(fields.devmajor ?? '', 329);
  put(fields.devminor ?? '', 337);
  put(fields.prefix ?? '', 345);
  for (const [offset, value] of fields.more ?? []) put(value, offset);
  let sum = 8 * 0x20;
  for (const [at, byte] of bytes.entries()) {
    if (at < 148 || at >= 156) sum += fields.checksum === 'signed' && byte > 127 ? byte - 256 : byte;
  }
  put(`${(fields.checksum === 'wrong' ? sum + 1 : sum).toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

/** A body filled to whole blocks. */
export function body(content: string | Buffer): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

export function file(content: string, fields: Fields = {}): Buffer {
  return Buffer.concat([block({ size: octal(content.length, 12), ...fields }), body(content)]);
}

export function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (`${length}${rest}`.length !== length) length++;
  return `${length}${rest}`;
}

/** An extended header of PAX: for the next entry, or (`g`) for all that follow. */
export function pax(records: readonly (readonly [string, string])[], flag = 'x'): Buffer {
  return file(records.map(([key, value]) => record(key, value)).join(''), { name: 'PaxHeaders/x', flag });
}

/** A long name (`L`) or link target (`K`) of GNU. */
export function long(flag: 'L' | 'K', text: string): Buffer {
  return file(`${text}\0`, { name: '././@LongLink', flag, magic: GNU });
}

export function archive(...parts: Buffer[]): Buffer {
  return Buffer.concat([...parts, END]);
}
