import { close, constants, fstat, open, read, readFileSync, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { lend, take } from '../memory/loans.ts';
import { errorCode, InputError, systemError, UsageError } from '../errors.ts';
import { chunksOf, type Place } from '../bytes/place.ts';

const openFile = promisify(open);
const closeFile = promisify(close);
const statFile = promisify(fstat);
const readFile = promisify(read);

/** The bytes of an argument: of a file, which is a place, or of a pipe, a socket or a device, which is not. */
export interface Input {
  /** The argument as it was given, for errors. */
  readonly name: string;
  readonly place: Place | undefined;
  /** The bytes. Those of a pipe can be had once. */
  bytes(): Readable;
  /** Rejects where a file is another than when it was opened: what was read of it may be half of each. */
  unchanged(): Promise<void>;
  /** Ends every use of it. To close it again does nothing. */
  close(): Promise<void>;
}

/** Opens the inputs of a command. A pipe that is named twice, which could be read only once, is a UsageError. */
export async function openInputs(paths: readonly string[]): Promise<Input[]> {
  const inputs: Input[] = [];
  const pipes = new Map<string, string>();
  try {
    for (const path of paths) {
      if (path === '-' && inputs.some((input) => input.name === 'standard input')) {
        throw new UsageError('- is given twice, and standard input can be read only once');
      }
      const { fd, stats, borrowed } = await openPath(path);
      const pipe = `${stats.dev}:${stats.ino}`;
      if ((stats.isFIFO() || stats.isSocket()) && pipes.has(pipe)) {
        throw new UsageError(`${path} is the same pipe as ${pipes.get(pipe)}, and a pipe can be read only once`);
      }
      pipes.set(pipe, path);
      inputs.push(inputOf(path, fd, stats, borrowed));
    }
    return inputs;
  } catch (error) {
    await closeInputs(inputs);
    throw error;
  }
}

export async function closeInputs(inputs: readonly Input[]): Promise<void> {
  await Promise.all(inputs.map((input) => input.close()));
}

/**
 * Waits for several pieces of work on inputs. When one fails the inputs are closed, so that the others end too, and
 * this rejects when they have: nothing goes on behind the back of who cleans up.
 */
export async function together<T extends readonly Promise<unknown>[]>(
  inputs: readonly Input[],
  work: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  try {
    return await Promise.all(work);
  } catch (error) {
    await closeInputs(inputs);
    await Promise.allSettled(work);
    throw error;
  }
}

interface Opened {
  readonly fd: number;
  readonly stats: Stats;
  /** Whether the descriptor was there before and so is not ours to close. */
  readonly borrowed: boolean;
}

async function openPath(path: string): Promise<Opened> {
  try {
    const number = inherited(path);
    const opened = number === undefined ? await openFresh(path) : await openInherited(path, number);
    if (opened.stats.isDirectory()) throw new InputError(path, 'is a directory');
    return opened;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(path === '-' ? 'standard input' : path, systemError(error));
  }
}

/** Not blocking, since opening a FIFO waits for its writer, and would hold a thread of the pool that long. */
async function openFresh(path: string): Promise<Opened> {
  const fd = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { fd, stats: await statFile(fd), borrowed: false };
}

/**
 * A descriptor of ours. A pipe is opened anew, because not to block is a property it shares with whoever else has it;
 * a socket cannot be; and a file given as `-` goes on where its descriptor stands, as in every Unix tool.
 */
async function openInherited(path: string, fd: number): Promise<Opened> {
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
function inherited(path: string): number | undefined {
  if (path === '-' || path === '/dev/stdin') return 0;
  const number = /^\/(?:dev|proc\/self)\/fd\/([0-9]{1,9})$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}

function inputOf(path: string, fd: number, stats: Stats, borrowed: boolean): Input {
  let open = true;
  const release = async (): Promise<void> => {
    if (open && !borrowed) {
      open = false;
      await closeFile(fd);
    }
  };
  const name = path === '-' ? 'standard input' : path;
  if (stats.isFile()) {
    const offset = path === '-' ? position(fd) : 0;
    const place = { fd, offset, size: Math.max(0, stats.size - offset), name };
    return {
      name,
      place,
      bytes: () => Readable.from(chunksOf(place), { objectMode: false, highWaterMark: 1 }),
      async unchanged() {
        const now = await statFile(fd);
        if (now.size !== stats.size || now.mtimeMs !== stats.mtimeMs) {
          throw new InputError(name, 'changed while it was read');
        }
      },
      close: release,
    };
  }
  const pipe = stats.isFIFO() || stats.isSocket();
  const stream = pipe ? pipeStream(fd, name) : Readable.from(sequence(fd), { objectMode: false });
  // Errors are met by whoever reads; one that comes later, while closing, has nothing to say.
  stream.on('error', () => {});
  return {
    name,
    place: undefined,
    bytes: () => stream,
    unchanged: () => Promise.resolve(),
    async close() {
      stream.destroy();
      if (!pipe) await release();
    },
  };
}

/** What a pipe gives at once. */
const PIPE_CHUNK = 64 * 1024;

/**
 * A pipe or socket, read through the event loop: a read that waits in the thread pool would hold one of its few threads
 * for each input. It is read into chunks that are lent.
 */
function pipeStream(fd: number, name: string): Readable {
  const socket = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer: () => take(PIPE_CHUNK),
      callback: (size, buffer) => stream.push(lend(buffer as Buffer, size)),
    },
  });
  const stream = new Readable({
    highWaterMark: PIPE_CHUNK,
    read: () => {
      socket.resume();
    },
    destroy(error, callback) {
      socket.destroy();
      callback(error);
    },
  });
  socket.on('end', () => stream.push(null));
  socket.on('error', (error) => stream.destroy(new InputError(name, systemError(error))));
  return stream;
}

/** Where a descriptor stands in its file; Linux tells, elsewhere it is taken to be new. */
function position(fd: number): number {
  try {
    return Number(/^pos:\s*([0-9]+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** A device: read as it comes. */
async function* sequence(fd: number): AsyncGenerator<Buffer> {
  for (;;) {
    const buffer = Buffer.allocUnsafe(64 * 1024);
    const { bytesRead } = await readFile(fd, buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
