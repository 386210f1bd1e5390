import { close, constants, open, stat } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { errorCode, InputError, systemError } from '../errors.ts';
import { standardOutput } from './standard-output.ts';
import { wholeFile } from './whole-file.ts';
import { type Output, unwatched, type Watcher, writer } from './writer.ts';

const openFile = promisify(open);
const closeFile = promisify(close);
const statFile = promisify(stat);

/**
 * The sink of a command: standard output, or a file that appears whole when the stream has finished, or not at all.
 * A file whose bytes would not change is left untouched.
 */
export async function openOutput(path: string | undefined, watcher: Watcher = unwatched): Promise<Output> {
  if (path === undefined || path === '-' || path === '/dev/stdout') return standardOutput(watcher);
  try {
    const existing = await statFile(path).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (existing?.isDirectory()) throw new InputError(path, 'is a directory');
    // Devices, pipes and descriptors are written straight: renaming over one would replace it.
    if ((existing && !existing.isFile()) || /^\/(dev\/(fd\/|std)|proc\/)/.test(resolve(path))) {
      const fd = await openFile(path, constants.O_WRONLY);
      return writer({ fd, name: path, release: () => closeFile(fd), ...watcher });
    }
    return await wholeFile(path, existing, watcher);
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(path, systemError(error));
  }
}
