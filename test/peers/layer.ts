/** A layer as a list of entries, and a small writer of its own: what tests lib/tar must not be written with lib/tar. */

export type Kind = 'file' | 'link' | 'symlink' | 'directory' | 'fifo';

/** Names, targets and attribute values are bytes, one to a character (latin1). */
export type Item = {
  kind: Kind;
  name: string;
  target: string;
  content: string;
  mode: number;
  uid: number;
  gid: number;
  seconds: number;
  /** Digits after the decimal point; only the PAX dialect can say them. */
  fraction: string;
  /** Extended attributes; only the PAX dialect can say them. */
  attributes: [string, string][];
};

export const dialects = ['ustar', 'pax', 'gnu'] as const;
export type Dialect = (typeof dialects)[number];
export type Layer = { dialect: Dialect; items: Item[] };

const flags: Record<Kind, string> = { file: '0', link: '1', symlink: '2', directory: '5', fifo: '6' };

export function item(kind: Kind, name: string, more: Partial<Item> = {}): Item {
  const mode = kind === 'directory' ? 0o755 : kind === 'symlink' ? 0o777 : 0o644;
  const rest = { target: '', content: '', uid: 0, gid: 0, seconds: 1e9, fraction: '', attributes: [] };
  return { kind, name, mode, ...rest, ...more };
}

/** Both appliers know a whiteout by its name only; an empty file is what everybody writes. */
export function whiteout(folder: string, name = '.wh..opq'): Item {
  return item('file', `${folder}.wh.${name}`, { seconds: 0 });
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`;
}

function number(value: number, width: number, dialect: Dialect): string {
  if (value < 8 ** (width - 1)) return octal(value, width);
  if (dialect === 'ustar') throw new Error(`${value} is too big for ustar`);
  if (dialect === 'pax') return octal(0, width);
  const field = Buffer.alloc(width);
  field.writeUIntBE(value, width - 6, 6);
  field[0] = 0x80;
  return field.toString('latin1');
}

function header(fields: string[], magic: string, names: string, prefix: string): string {
  const front = fields.slice(0, 6).join('');
  const back = `${fields.slice(6).join('')}${magic}${names}${prefix.padEnd(155, '\0')}`.padEnd(512 - 156, '\0');
  let sum = 8 * 0x20;
  for (const byte of Buffer.from(front + back, 'latin1')) sum += byte;
  return `${front}${sum.toString(8).padStart(6, '0')}\0 ${back}`;
}

function pad(body: string): string {
  return body + '\0'.repeat((512 - (body.length % 512)) % 512);
}

function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (`${length}${rest}`.length !== length) length++;
  return `${length}${rest}`;
}

function entry(it: Item, dialect: Dialect): string {
  let before = '';
  let name = it.name;
  let prefix = '';
  const body = it.kind === 'file' ? it.content : '';
  const long = (flag: string, text: string) =>
    plain(flag, '././@LongLink', 0, 0, 0, `${text}\0`.length, 0, '', 'gnu') + pad(`${text}\0`);
  const records: string[] = [];
  if (name.length > 100) {
    const slash = name.indexOf('/', Math.max(0, name.length - 102));
    if (dialect === 'gnu') before += long('L', name);
    else if (dialect === 'ustar' && slash > 0 && slash < 155 && slash < name.length - 1)
      [prefix, name] = [name.slice(0, slash), name.slice(slash + 1)];
    else if (dialect === 'ustar') throw new Error(`too long for ustar: ${name}`);
    else records.push(record('path', name));
  }
  if (it.target.length > 100) {
    if (dialect === 'gnu') before += long('K', it.target);
    else if (dialect === 'ustar') throw new Error(`too long for ustar: ${it.target}`);
    else records.push(record('linkpath', it.target));
  }
  if (dialect === 'pax') {
    if (it.fraction) records.push(record('mtime', `${it.seconds}.${it.fraction}`));
    if (it.uid >= 8 ** 7) records.push(record('uid', `${it.uid}`));
    if (it.gid >= 8 ** 7) records.push(record('gid', `${it.gid}`));
    for (const [key, value] of it.attributes) records.push(record(`SCHILY.xattr.${key}`, value));
    const text = records.join('');
    if (text) before += plain('x', 'PaxHeaders/x', 0o644, 0, 0, text.length, 0, '', 'pax') + pad(text);
  }
  const { mode, uid, gid, seconds, target } = it;
  return (
    before + plain(flags[it.kind], name, mode, uid, gid, body.length, seconds, target, dialect, prefix) + pad(body)
  );
}

function plain(
  flag: string,
  name: string,
  mode: number,
  uid: number,
  gid: number,
  size: number,
  seconds: number,
  target: string,
  dialect: Dialect,
  prefix = '',
): string {
  const text = (value: string) => value.slice(0, 100).padEnd(100, '\0');
  const owner = [number(uid, 8, dialect), number(gid, 8, dialect)];
  const front = [text(name), octal(mode, 8), ...owner, number(size, 12, dialect), number(seconds, 12, dialect)];
  const magic = dialect === 'gnu' ? 'ustar  \0' : 'ustar\x0000';
  return header([...front, flag, text(target)], magic, '\0'.repeat(80), prefix);
}

/** Can the dialect say it? */
export function fits(it: Item, dialect: Dialect): boolean {
  if (dialect !== 'pax' && (it.fraction || it.attributes.length > 0)) return false;
  const slash = it.name.indexOf('/', Math.max(0, it.name.length - 102));
  const splits = slash > 0 && slash < 155 && slash < it.name.length - 1;
  const small = it.uid < 8 ** 7 && it.gid < 8 ** 7 && it.target.length <= 100;
  return dialect !== 'ustar' || (small && (it.name.length <= 100 || splits));
}

export function tar(layer: Layer): Buffer {
  return Buffer.from(layer.items.map((it) => entry(it, layer.dialect)).join('') + '\0'.repeat(1024), 'latin1');
}

/** A byte string as printable text, quoted where that matters. */
export function show(bytes: string): string {
  return /^[\x21-\x7e]+$/.test(bytes) ? bytes : JSON.stringify(bytes);
}

export function listing(layer: Layer): string[] {
  return layer.items.map((it) => {
    const what = it.target
      ? ` -> ${show(it.target)}`
      : it.kind === 'file' && it.content
        ? ` ${show(it.content.slice(0, 20))}`
        : '';
    const more = it.attributes.map(([key, value]) => ` ${key}=${show(value)}`).join('');
    const time = `${it.seconds}${it.fraction && `.${it.fraction}`}`;
    return `${it.kind.padEnd(9)} ${it.mode.toString(8).padStart(4, '0')} ${it.uid}:${it.gid} ${time} ${show(it.name)}${what}${more}`;
  });
}
