import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { chunksOf } from '../bytes/place.ts';
import { type Body, SMALL } from '../entries/entry.ts';
import { toText } from '../entries/names.ts';
import { errorCode, InputError } from '../errors.ts';
import { allocate, lend } from '../memory/loans.ts';
import { byteSource } from '../streams/source.ts';
import { isUnchanged } from './state.ts';
import { unreadable, type WalkedFile } from './walk.ts';

/*
 * The content of files that nobody may change meanwhile: a header that says one thing and a body that says another, or
 * half of an old content and half of a new one, must not go into a layer.
 */

/** Bytes for a small body, and one more. */
const ROOM = SMALL + 1;

/** What an empty file is read into. */
const NOTHING = Buffer.alloc(1);

/** The content of a file as it was found; what has changed since is an InputError, at once or from the stream. */
export function contentOfFile(file: WalkedFile): Body {
  const { size } = file.state;
  if (size > SMALL) return byteSource(large(file, size));
  const fd = openUnchanged(file);
  try {
    const bytes = size === 0 ? NOTHING : allocate(ROOM);
    // A byte more than there should be is wanted: a file may grow, or tell no true size, as those in /proc.
    let done = 0;
    let ended = false;
    while (!ended && done <= size) {
      const wanted = size + 1 - done;
      const bytesRead = readSync(fd, bytes, done, wanted, done);
      done += bytesRead;
      ended = bytesRead < wanted && (bytesRead === 0 || done === size);
    }
    if (done !== size) throw changed(file);
    check(fd, file);
    return size === 0 ? undefined : lend(bytes, size);
  } catch (error) {
    throw error instanceof InputError ? error : unreadable(pathOf(file), error);
  } finally {
    closeSync(fd);
  }
}

/** Opened when it is first read, so that a body that nobody reads holds no descriptor. */
async function* large(file: WalkedFile, size: number): AsyncGenerator<Buffer> {
  const fd = openUnchanged(file);
  try {
    // What is wrong already need not be read.
    check(fd, file);
    yield* chunksOf({ fd, offset: 0, size, name: pathOf(file) });
    check(fd, file);
  } finally {
    closeSync(fd);
  }
}

function openUnchanged(file: WalkedFile): number {
  try {
    // Where there was a file, there may be a link or a FIFO by now.
    return openSync(file.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw errorCode(error) === 'ELOOP' ? changed(file) : unreadable(pathOf(file), error);
  }
}

function check(fd: number, file: WalkedFile): void {
  if (!isUnchanged(file.state, fstatSync(fd, { bigint: true }))) throw changed(file);
}

function changed(file: WalkedFile): InputError {
  return new InputError(pathOf(file), 'changed while the directory was read');
}

function pathOf({ path }: WalkedFile): string {
  return toText(path.toString('latin1'));
}
