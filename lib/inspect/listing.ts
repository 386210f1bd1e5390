import type { EntryType, Header } from '../entries/entry.ts';
import { isText, toText } from '../entries/names.ts';

const letters: Record<EntryType, string> = {
  file: '-',
  link: 'h',
  symlink: 'l',
  'character-device': 'c',
  'block-device': 'b',
  directory: 'd',
  fifo: 'p',
};

/** Owner and size share a column, which widens as it must, as in `tar tv`. */
const COLUMN = 19;

/** Makes the lines of a listing, in the manner of `tar tv`, times in UTC with seconds. */
export function lister(): (header: Header) => string {
  let width = COLUMN;
  return (header) => {
    const { type, uid, gid, uname, gname, size, devmajor, devminor, linkname } = header;
    const owner = `${toText(uname) || uid}/${toText(gname) || gid}`;
    const device = type === 'character-device' || type === 'block-device';
    const amount = device ? `${devmajor},${devminor}` : String(size);
    width = Math.max(width, owner.length + 1 + amount.length);
    const space = ' '.repeat(width - owner.length - amount.length);
    const arrow = type === 'symlink' ? ' -> ' : type === 'link' ? ' link to ' : '';
    const mode = letters[type] + permissions(header.mode);
    return `${mode} ${owner}${space}${amount} ${timeText(header.mtime)} ${toText(header.name)}${arrow}${toText(linkname)}\n`;
  };
}

/** As ls(1) writes them. */
function permissions(mode: number): string {
  const triple = (shift: number, special: number, letter: string): string => {
    const bits = mode >> shift;
    const executes = (bits & 1) !== 0;
    const last = mode & special ? (executes ? letter : letter.toUpperCase()) : executes ? 'x' : '-';
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
  };
  return triple(6, 0o4000, 's') + triple(3, 0o2000, 's') + triple(0, 0o1000, 't');
}

/** JavaScript knows the time to the year 275760; past that the seconds say it. */
export function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return `@${seconds}`;
  return date.toISOString().replace('T', ' ').replace('.000Z', '');
}

/** An entry for a program. A name that is not UTF-8 is there in base64 too. */
export function entryJson(header: Header): string {
  const { name, linkname, type, mode, uid, gid, uname, gname, size, mtime, nanoseconds, pax } = header;
  const device = type === 'character-device' || type === 'block-device';
  const fields = {
    path: pathText(name),
    ...(!isText(name) && { path_base64: Buffer.from(name, 'latin1').toString('base64') }),
    type,
    mode: mode.toString(8).padStart(4, '0'),
    uid,
    gid,
    ...(uname !== '' && { uname: pathText(uname) }),
    ...(gname !== '' && { gname: pathText(gname) }),
    size,
    mtime,
    ...(nanoseconds !== 0 && { nanoseconds }),
    ...(linkname !== '' && { target: pathText(linkname) }),
    ...(!isText(linkname) && { target_base64: Buffer.from(linkname, 'latin1').toString('base64') }),
    ...(device && { devmajor: header.devmajor, devminor: header.devminor }),
    ...(pax.size > 0 && { pax: Object.fromEntries([...pax].map(([key, value]) => [pathText(key), toText(value)])) }),
  };
  return `${JSON.stringify(fields)}\n`;
}

/** A name for a program: as it is where it is UTF-8, with escapes for bytes otherwise. */
export function pathText(name: string): string {
  return isText(name) ? Buffer.from(name, 'latin1').toString('utf8') : toText(name);
}
