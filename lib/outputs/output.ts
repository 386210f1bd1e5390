import { constants } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { closeFile, openFile, statFile } from '../bytes/descriptor.ts';
import { errorCode, InputError, systemFailure } from '../errors.ts';
import { type Content, standardOutput } from './standard-output.ts';
import { wholeFile } from './whole-file.ts';
import { type Output, unwatched, type Watcher, writer } from './writer.ts';

/**
 * The sink of a command: standard output, or a file that appears whole when the stream has finished, or not at all.
 * A file whose bytes would not change is left untouched. Rejects with an InputError where it cannot be written.
 *
 * @param content text may go to a terminal; bytes there are a UsageError
 */
export async function openOutput(
  path: string | undefined,
  watcher: Watcher = unwatched,
  content: Content = 'bytes',
): Promise<Output> {
  if (path === undefined || path === '-' || path === '/dev/stdout') return standardOutput(watcher, content);
  try {
    const existing = await stat(path).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (existing?.isDirectory()) throw new InputError(path, 'is a directory');
    const number = inheritedNumber(path);
    // A descriptor goes on where it stands, as a shell's >> has set it.
    if (number === 1) return await standardOutput(watcher, content);
    if (number !== undefined) {
      await statFile(number);
      return writer({ fd: number, name: path, release: () => Promise.resolve(), ...watcher });
    }
    // Devices and pipes are written straight: renaming over one would replace it.
    if ((existing && !existing.isFile()) || /^\/(dev\/(fd\/|std)|proc\/)/.test(resolve(path))) {
      const fd = await openFile(path, constants.O_WRONLY);
      return writer({ fd, name: path, release: () => closeFile(fd), ...watcher });
    }
    return await wholeFile(path, existing, watcher);
  } catch (error) {
    throw systemFailure(path, error);
  }
}

/** The number of the descriptor that a path stands for. */
function inheritedNumber(path: string): number | undefined {
  const name = /^\/(?:dev|proc\/self)\/(?:fd\/([0-9]{1,9})|(stdin|stdout|stderr))$/.exec(resolve(path));
  if (name?.[2] !== undefined) return ['stdin', 'stdout', 'stderr'].indexOf(name[2]);
  return name?.[1] === undefined ? undefined : Number(name[1]);
}
