import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { lend, take } from '../memory/loans.ts';
import { type Body, SMALL } from '../entries/entry.ts';
import { errorCode, InputError } from '../errors.ts';
import { toText } from '../entries/names.ts';
import { chunksOf } from '../bytes/place.ts';
import { type Found, unreadable } from './walk.ts';

/*
 * The content of files that nobody may change meanwhile: a header that says one thing and a body that says another, or
 * half of an old content and half of a new one, must not go into a layer.
 */

/** Bytes for a small body, and one more. */
const ROOM = SMALL + 1;

/** What an empty file is read into. */
const NOTHING = Buffer.alloc(1);

/** The content of a file as it was found; what has changed since is an InputError, at once or from the stream. */
export function contentOfFile(found: Found): Body {
  const size = Number(found.stats.size);
  if (size > SMALL) return Readable.from(large(found, size), { objectMode: false, highWaterMark: 1 });
  const fd = openUnchanged(found);
  try {
    const bytes = size === 0 ? NOTHING : take(ROOM);
    // A byte more than there should be is asked for: a file may grow, or tell no true size, as those in /proc.
    let done = 0;
    let ended = false;
    while (!ended && done <= size) {
      const asked = size + 1 - done;
      const got = readSync(fd, bytes, done, asked, done);
      done += got;
      ended = got < asked && (got === 0 || done === size);
    }
    if (done !== size) throw changed(found);
    check(fd, found);
    return size === 0 ? undefined : lend(bytes, size);
  } catch (error) {
    throw error instanceof InputError ? error : unreadable(pathOf(found), error);
  } finally {
    closeSync(fd);
  }
}

/** Opened when it is first read, so that a body that nobody reads holds no descriptor. */
async function* large(found: Found, size: number): AsyncGenerator<Buffer> {
  const fd = openUnchanged(found);
  try {
    // What is wrong already need not be read.
    check(fd, found);
    yield* chunksOf({ fd, offset: 0, size, name: pathOf(found) });
    check(fd, found);
  } finally {
    closeSync(fd);
  }
}

function openUnchanged(found: Found): number {
  try {
    // Where there was a file, there may be a link or a FIFO by now.
    return openSync(found.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw errorCode(error) === 'ELOOP' ? changed(found) : unreadable(pathOf(found), error);
  }
}

/** The time of change, which nobody can set, moves with every write and with every new mode, owner and attribute. */
function check(fd: number, found: Found): void {
  const now = fstatSync(fd, { bigint: true });
  const same = (key: keyof BigIntStats): boolean => now[key] === found.stats[key];
  if (!(same('dev') && same('ino') && same('size') && same('mtimeNs') && same('ctimeNs'))) throw changed(found);
}

function changed(found: Found): InputError {
  return new InputError(pathOf(found), 'changed while the directory was read');
}

function pathOf({ path }: Found): string {
  return toText(path.toString('latin1'));
}
