import { lstatSync, readdirSync } from 'node:fs';
import { fromText, toText, withoutEnd } from '../entries/names.ts';
import { isWhiteout } from '../entries/whiteout.ts';
import { errorCode, InputError, systemFailure } from '../errors.ts';
import { type State, stateOf } from './state.ts';

/** A file below a directory, of whatever type, and how it was when it was found. */
export interface WalkedFile {
  /** To open it by, as bytes. */
  readonly path: Buffer;
  /** From the directory that is walked; a directory's ends in a slash. */
  readonly name: string;
  readonly state: State;
}

interface Open {
  readonly path: string;
  /** With a slash at its end; empty for the root. */
  readonly name: string;
  readonly names: Iterator<string>;
}

/**
 * What is below a directory, in the order in which squash writes it: directory by directory, names in byte order,
 * whiteouts first. Symlinks are not followed, the directory itself aside. An excluded directory is not
 * even read. A file that vanishes meanwhile is an InputError.
 */
export function* walk(directory: string, isExcluded: (name: string) => boolean): Generator<WalkedFile> {
  const top = fromText(directory);
  const open: Open[] = [{ path: withoutEnd(top, '/'), name: '', names: list(top) }];
  for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
    const next = at.names.next();
    if (next.done) {
      open.pop();
      continue;
    }
    const path = `${at.path}/${next.value}`;
    const bytes = Buffer.from(path, 'latin1');
    const state = lookAt(bytes);
    const isDirectory = state.type === 'directory';
    const name = `${at.name}${next.value}${isDirectory ? '/' : ''}`;
    if (isExcluded(name)) continue;
    yield { path: bytes, name, state };
    if (isDirectory) open.push({ path, name, names: list(path) });
  }
}

function list(path: string): Iterator<string> {
  try {
    const names = readdirSync(Buffer.from(path, 'latin1'), 'latin1').sort();
    const whiteouts = names.filter(isWhiteout);
    return (whiteouts.length === 0 ? names : [...whiteouts, ...names.filter((name) => !isWhiteout(name))]).values();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function lookAt(path: Buffer): State {
  try {
    return stateOf(lstatSync(path, { bigint: true }));
  } catch (error) {
    throw unreadable(path.toString('latin1'), error);
  }
}

/** What went wrong with a file that was there a moment ago. */
export function unreadable(path: string, error: unknown): InputError {
  if (errorCode(error) !== 'ENOENT') return systemFailure(toText(path), error);
  return new InputError(toText(path), 'vanished while the directory was read', undefined, { cause: error });
}
