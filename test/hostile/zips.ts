import { createHash } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';

/* Zip archives (PKWARE APPNOTE 6.3) and wheels in which everything can be said wrong. */

export interface Member {
  readonly name: string | Buffer;
  readonly content?: Buffer | string;
  readonly stored?: boolean;
  readonly mode?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly packed?: number;
  readonly offset?: number;
  readonly bytes?: Buffer;
  readonly time?: number;
  readonly date?: number;
  readonly extra?: Buffer;
  /** Bytes in front of the local header. */
  readonly before?: Buffer;
  /** Sizes and CRC stand behind the data, as a writer to a pipe does. */
  readonly streamed?: boolean;
  /** What the local header says otherwise. */
  readonly local?: Partial<Pick<Member, 'name' | 'flags' | 'method' | 'crc' | 'size' | 'packed' | 'extra'>> & {
    readonly magic?: number;
  };
  /** Not in the directory. */
  readonly hidden?: boolean;
}

export interface Shape {
  readonly front?: Buffer;
  /** Between the last member and the directory. */
  readonly middle?: Buffer;
  readonly behindDirectory?: Buffer;
  readonly comment?: Buffer;
  readonly behind?: Buffer;
  readonly count?: number;
  readonly total?: number;
  readonly directorySize?: number;
  readonly directoryOffset?: number;
  readonly disk?: number;
  /** A zip64 end record, and what it says. */
  readonly zip64?: { readonly count?: bigint; readonly size?: bigint; readonly offset?: bigint; readonly at?: bigint };
}

export function crcOf(bytes: Buffer): number {
  // The trailer of gzip has the same sum, and every Node has gzip.
  const member = gzipSync(bytes, { level: 1 });
  return member.readUInt32LE(member.length - 8);
}

const u16 = (...values: number[]) => Buffer.from(values.flatMap((value) => [value & 255, (value >> 8) & 255]));
const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, at * 4);
  return bytes;
};
export const u64 = (...values: bigint[]) => {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [at, value] of values.entries()) bytes.writeBigUInt64LE(value, at * 8);
  return bytes;
};

export function zip(members: readonly Member[], shape: Shape = {}): Buffer {
  const front = shape.front ?? Buffer.alloc(0);
  const parts: Buffer[] = [front];
  const directory: Buffer[] = [];
  let offset = front.length;
  for (const member of members) {
    const content = Buffer.from(member.content ?? '');
    const bytes = member.bytes ?? (member.stored ? content : deflateRawSync(content));
    const {
      flags = 0x800 | (member.streamed ? 8 : 0),
      method = member.stored ? 0 : 8,
      extra = Buffer.alloc(0),
    } = member;
    const { crc = crcOf(content), size = content.length, packed = bytes.length, time = 0x20c2, date = 0x5243 } = member;
    const { local = {}, before = Buffer.alloc(0), mode = 0o100644 } = member;
    const name = Buffer.from(member.name);
    const localName = Buffer.from(local.name ?? name);
    const sums = member.streamed ? u32(0, 0, 0) : u32(local.crc ?? crc, local.packed ?? packed, local.size ?? size);
    const localExtra = local.extra ?? extra;
    const at = offset + before.length;
    const one = [
      before,
      u32(local.magic ?? 0x04034b50),
      u16(20, local.flags ?? flags, local.method ?? method, time, date),
      sums,
      u16(localName.length, localExtra.length),
      localName,
      localExtra,
      bytes,
      ...(member.streamed ? [u32(0x08074b50, crc, packed, size)] : []),
    ];
    parts.push(...one);
    offset += one.reduce((sum, part) => sum + part.length, 0);
    if (member.hidden) continue;
    directory.push(
      u32(0x02014b50),
      u16(0x314, 20, flags, method, time, date),
      u32(crc, packed, size),
      u16(name.length, extra.length, 0, 0, 0),
      u32(mode * 0x10000, member.offset ?? at),
      name,
      extra,
    );
  }
  const middle = shape.middle ?? Buffer.alloc(0);
  const listed = Buffer.concat(directory);
  const size = shape.directorySize ?? listed.length;
  const start = offset + middle.length;
  const count = members.filter(({ hidden }) => !hidden).length;
  const behindDirectory = shape.behindDirectory ?? Buffer.alloc(0);
  const ends: Buffer[] = [];
  if (shape.zip64) {
    const { zip64 } = shape;
    const records = zip64.count ?? BigInt(count);
    const own = start + listed.length + behindDirectory.length;
    ends.push(
      u32(0x06064b50),
      u64(44n),
      u16(45, 45),
      u32(0, 0),
      u64(records, records, zip64.size ?? BigInt(size), zip64.offset ?? BigInt(start)),
    );
    ends.push(u32(0x07064b50, 0), u64(zip64.at ?? BigInt(own)), u32(1));
  }
  const comment = shape.comment ?? Buffer.alloc(0);
  const told = shape.zip64 ? 0xffff : (shape.count ?? count);
  ends.push(u32(0x06054b50), u16(shape.disk ?? 0, shape.disk ?? 0, told, shape.total ?? told));
  ends.push(
    shape.zip64 ? u32(0xffffffff, 0xffffffff) : u32(size, shape.directoryOffset ?? start),
    u16(comment.length),
    comment,
  );
  return Buffer.concat([...parts, middle, listed, behindDirectory, ...ends, shape.behind ?? Buffer.alloc(0)]);
}

export type RecordRow = [path: string, digest: string, size: string];

export interface WheelShape {
  readonly project?: string;
  readonly version?: string;
  /** Files besides those that every wheel has. */
  readonly files?: readonly Member[];
  readonly wheel?: string;
  readonly metadata?: string | Buffer;
  readonly points?: string;
  readonly record?: (rows: RecordRow[]) => RecordRow[];
  readonly recordText?: string;
  readonly recordEnd?: string;
  /** Changes the members once RECORD is among them. */
  readonly members?: (members: Member[]) => Member[];
  readonly shape?: Shape;
}

export const TAGS = 'Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export function rowOf(path: string, content: Buffer | string, algorithm = 'sha256'): RecordRow {
  const digest = createHash(algorithm).update(content).digest('base64url');
  return [path, `${algorithm}=${digest}`, `${Buffer.from(content).length}`];
}

/** A wheel that is right but for what is said; its project is `demo`. */
export function wheel(said: WheelShape = {}): Buffer {
  const { project = 'demo', version = '1.0', files = [{ name: 'demo/__init__.py', content: 'x = 1\n' }] } = said;
  const info = `${project}-${version}.dist-info`;
  const members: Member[] = [...files];
  const metadata = said.metadata ?? `Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n`;
  members.push({ name: `${info}/METADATA`, content: metadata }, { name: `${info}/WHEEL`, content: said.wheel ?? TAGS });
  if (said.points !== undefined) members.push({ name: `${info}/entry_points.txt`, content: said.points });
  const rows = members
    .filter(({ name }) => !name.toString().endsWith('/'))
    .map(({ name, content = '' }) => rowOf(name.toString(), content));
  rows.push([`${info}/RECORD`, '', '']);
  const listed = said.record?.(rows) ?? rows;
  const text = said.recordText ?? listed.map((row) => row.map(quoted).join(',') + (said.recordEnd ?? '\n')).join('');
  members.push({ name: `${info}/RECORD`, content: text });
  return zip(said.members?.(members) ?? members, said.shape);
}
