import { constants, readFileSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { openFile, statFile } from '../bytes/descriptor.ts';
import { errorCode, InputError, systemFailure } from '../errors.ts';

/** An argument as an open file. */
export interface Argument {
  readonly fd: number;
  readonly stats: Stats;
  /** Whether the descriptor was there before and so is not ours to close. */
  readonly borrowed: boolean;
}

/** What an argument is called in errors. */
export function argumentName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/** Opens what an argument stands for; that it cannot be read, or is a directory, is an InputError. */
export async function openArgument(path: string): Promise<Argument> {
  try {
    const number = inheritedNumber(path);
    const argument = number === undefined ? await openFresh(path) : await openInherited(path, number);
    if (argument.stats.isDirectory())
      throw new InputError(path, 'is a directory', 'layertool dir makes a layer of one');
    return argument;
  } catch (error) {
    throw systemFailure(argumentName(path), error);
  }
}

/** Whether a path leads to a directory; one that leads nowhere does not. */
export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** Where a descriptor stands in its file, in bytes; Linux tells, elsewhere it is taken to be new. */
export function positionOf(fd: number): number {
  try {
    return Number(/^pos:\s*([0-9]+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Not blocking, since opening a FIFO waits for its writer, and would hold a thread of the pool that long. */
async function openFresh(path: string): Promise<Argument> {
  const fd = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { fd, stats: await statFile(fd), borrowed: false };
}

/**
 * A descriptor that the process was started with. A pipe is opened anew, because not to block is a property that it
 * shares with whoever else has it; a socket cannot be; and a file given as `-` goes on where its descriptor stands, as in
 * every Unix tool.
 */
async function openInherited(path: string, fd: number): Promise<Argument> {
  const stats = await statFile(fd);
  if (stats.isSocket() || (path === '-' && !stats.isFIFO())) return { fd, stats, borrowed: true };
  try {
    return await openFresh(path === '-' ? '/dev/stdin' : path);
  } catch (error) {
    if (!['ENOENT', 'ENXIO', 'EACCES'].includes(errorCode(error) ?? '')) throw error;
    return { fd, stats, borrowed: true };
  }
}

/** The number of the descriptor that a path stands for. */
function inheritedNumber(path: string): number | undefined {
  if (path === '-' || path === '/dev/stdin') return 0;
  const number = /^\/(?:dev|proc\/self)\/fd\/([0-9]{1,9})$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}
