import { posix } from 'node:path';
import type { Member } from '../codecs/zip.ts';
import { FormatError } from '../errors.ts';
import type { Row } from './record.ts';
import { schemeKeys, type Target } from './target.ts';
import type { Wheel } from './wheel.ts';

/** A file of a wheel, and where it goes. */
export interface PlannedFile {
  readonly member: Member;
  /** Absolute. */
  readonly path: string;
  /** The folder of the scheme that it is in: that exists already, what is below it may not. */
  readonly root: string;
  readonly mode: number;
  readonly isScript: boolean;
  /** Whether it is left out: a script that setuptools made for an entry point is left to the one that is made here. */
  readonly isReplaced: boolean;
  /** What RECORD says of it; undefined for RECORD itself and for signatures. */
  readonly row: Row | undefined;
}

/** The folder that the files of a wheel go to which are in none of `.data`. */
export function libraryOf({ isPurelib }: Wheel, { scheme }: Target): string {
  return isPurelib ? scheme.purelib : scheme.platlib;
}

/** Where pip puts the files of a wheel, in the order of the archive. What cannot be placed is a FormatError. */
export function* planOf(wheel: Wheel, target: Target): Generator<PlannedFile> {
  const rows = rowsByName(wheel);
  for (const [name, member] of wheel.members) {
    const { path, root, isScript } = destination(wheel, target, name);
    const isReplaced = isScript && isWrapper(wheel, path);
    yield { member, path, root, mode: modeOf(member), isScript, isReplaced, row: rows.get(name) };
  }
}

interface Destination {
  readonly path: string;
  readonly root: string;
  readonly isScript: boolean;
}

/** PEP 427, "The .data directory": any folder at the top that is named so counts, as for pip. */
function destination(wheel: Wheel, target: Target, name: string): Destination {
  const [folder = '', key, ...rest] = posix.normalize(name).split('/');
  if (!folder.endsWith('.data')) {
    const root = libraryOf(wheel, target);
    return { path: posix.join(root, name), root, isScript: false };
  }
  const known = schemeKeys.find((schemeKey) => schemeKey === key);
  if (known === undefined || rest.length === 0) {
    throw new FormatError(`${name} is not in a folder that is one of ${schemeKeys.join(', ')}`);
  }
  const root = target.scheme[known];
  const below = known === 'headers' ? posix.join(root, wheel.project) : root;
  return { path: posix.join(below, ...rest), root, isScript: known === 'scripts' };
}

function isWrapper({ entryPoints }: Wheel, path: string): boolean {
  const name = posix.basename(path).replace(/(\.exe|-script\.py|\.pya)$/i, '');
  return entryPoints.console.has(name) || entryPoints.gui.has(name);
}

/** RECORD by name, if it lists what is in the wheel and nothing else. Only itself and signatures may be missing. */
function rowsByName({ record, members, info }: Wheel): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const row of record) {
    const [name] = row;
    if (!members.has(name)) throw new FormatError(`RECORD lists ${name}, which is not there`);
    const other = rows.get(name);
    if (other && (other[1] !== row[1] || other[2] !== row[2])) throw new FormatError(`RECORD lists ${name} twice`);
    rows.set(name, row);
  }
  const exempt = ['RECORD', 'RECORD.jws', 'RECORD.p7s'].map((file) => `${info}/${file}`);
  for (const name of members.keys()) {
    if (!rows.has(name) && !exempt.includes(name)) throw new FormatError(`RECORD does not list ${name}`);
  }
  for (const name of exempt) if (rows.get(name)?.[1] === '') rows.delete(name);
  return rows;
}

/** As pip decides: any x bit of a file that says it is a regular one. */
function modeOf({ mode }: Member): number {
  const isRegular = (mode & 0o170000) === 0o100000;
  return isRegular && (mode & 0o111) !== 0 ? 0o755 : 0o644;
}
