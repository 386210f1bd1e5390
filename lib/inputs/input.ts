import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { closeFile, statFile } from '../bytes/descriptor.ts';
import type { Place, Reads } from '../bytes/place.ts';
import { closeWhenForgotten } from '../bytes/spill.ts';
import { InputError, UsageError } from '../errors.ts';
import type { Source } from '../streams/flow.ts';
import { placeSource } from '../streams/source.ts';
import { type Argument, argumentName, isDirectory, openArgument, positionOf } from './argument.ts';
import { deviceSource, pipeSource } from './pipe.ts';

/**
 * An argument: a file, which is a place, or a pipe, a socket or a device, which is not, or a directory where an image may be
 * one.
 */
export interface Input {
  /** The argument as it was given, for errors. */
  readonly name: string;
  readonly place: Place | undefined;
  /** The same place, whose descriptor stays open as long as it can be reached; closing the input does not end it. */
  lastingPlace(): Place | undefined;
  readonly directory: string | undefined;
  /** How much of it has been read. */
  readonly reads: Reads;
  /** Its pipe, where it is one (stat.st_ino): by that the program at its other end can be found. */
  readonly pipe: number | undefined;
  /** The paths of the files that were read: what Make is to look at. */
  readonly files: Set<string>;
  /** Notes a file of a directory that is read, as it is when it is opened. */
  watch(file: string, stats: Stats): void;
  /** The bytes. Those of a pipe can be had once; a directory has none. */
  bytes(): Source<Buffer>;
  /** Rejects with an InputError where a file is another than when it was opened: what was read may be half of each. */
  unchanged(): Promise<void>;
  /** Ends every use of the input. To close it again does nothing. */
  close(): Promise<void>;
}

/** An argument that is an image, and so may be a directory. */
export interface ImagePath {
  readonly image: string;
}

/**
 * Opens the inputs of a command. A pipe that is named twice, which could be read only once, is a UsageError; what cannot
 * be read is an InputError.
 */
export async function openInputs(paths: readonly (string | ImagePath)[]): Promise<Input[]> {
  const inputs: Input[] = [];
  const pipes = new Map<string, string>();
  try {
    for (const word of paths) {
      const path = typeof word === 'string' ? word : word.image;
      if (typeof word !== 'string' && (await isDirectory(path))) {
        inputs.push(directoryInput(path));
        continue;
      }
      if (path === '-' && inputs.some((input) => input.name === 'standard input')) {
        throw new UsageError('- is given twice, and standard input can be read only once');
      }
      const argument = await openArgument(path);
      const { stats } = argument;
      const pipe = `${stats.dev}:${stats.ino}`;
      if ((stats.isFIFO() || stats.isSocket()) && pipes.has(pipe)) {
        throw new UsageError(`${path} is the same pipe as ${pipes.get(pipe)}, and a pipe can be read only once`);
      }
      pipes.set(pipe, path);
      inputs.push(argument.stats.isFile() ? fileInput(path, argument) : streamInput(path, argument));
    }
    return inputs;
  } catch (error) {
    await closeInputs(inputs);
    throw error;
  }
}

/** Closes inputs, all at once. */
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

/** A stretch of a file that was read before and is an input now, on which whoever opened it has an eye. */
export function placeInput(place: Place): Input {
  return {
    ...plainInput(place.name, () => placeSource(place)),
    place,
  };
}

/** A stream that is somebody else's, as an input. */
export function readableInput(stream: Readable, name: string): Input {
  return {
    ...plainInput(name, () => stream),
    async close() {
      stream.destroy();
    },
  };
}

/** An input that is no file, and that needs no care. */
function plainInput(name: string, bytes: () => Source<Buffer>): Input {
  return {
    name,
    place: undefined,
    lastingPlace: () => undefined,
    directory: undefined,
    reads: { bytes: 0 },
    pipe: undefined,
    files: new Set(),
    watch: () => {},
    bytes,
    unchanged: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function directoryInput(directory: string): Input {
  const bytes = (): never => {
    throw new InputError(directory, 'is a directory', 'layertool dir makes a layer of one');
  };
  const watched = new Map<string, Stats>();
  const files = new Set<string>();
  return {
    ...plainInput(directory, bytes),
    directory,
    files,
    watch(file, stats) {
      files.add(file);
      watched.set(file, stats);
    },
    async unchanged() {
      for (const [file, then] of watched) checkUnchanged(file, then, await stat(file).catch(() => undefined));
    },
  };
}

function fileInput(path: string, argument: Argument): Input {
  const { fd, stats } = argument;
  const offset = path === '-' ? positionOf(fd) : 0;
  const name = argumentName(path);
  const size = Math.max(0, stats.size - offset);
  const reads = { bytes: 0, size };
  const place = { fd, offset, size, name, reads };
  const release = closeOnce(argument);
  let owner: object | undefined;
  return {
    ...plainInput(name, () => placeSource(place)),
    place,
    reads,
    files: new Set(/^(-$|\/dev\/|\/proc\/)/.test(path) ? [] : [path]),
    async unchanged() {
      checkUnchanged(name, stats, await statFile(fd));
    },
    lastingPlace() {
      if (owner === undefined) {
        owner = {};
        if (!argument.borrowed) closeWhenForgotten(owner, fd);
      }
      return { ...place, owner };
    },
    async close() {
      if (owner === undefined) await release();
    },
  };
}

function streamInput(path: string, argument: Argument): Input {
  const { fd, stats } = argument;
  const name = argumentName(path);
  const isPipe = stats.isFIFO() || stats.isSocket();
  const reads = { bytes: 0 };
  const stream = isPipe ? pipeSource(fd, name, reads) : deviceSource(fd);
  const release = closeOnce(argument);
  // Errors are met by whoever reads; one that comes later, while closing, has nothing to say.
  stream.on('error', () => {});
  return {
    ...plainInput(name, () => stream),
    reads,
    pipe: stats.isFIFO() ? stats.ino : undefined,
    async close() {
      stream.destroy();
      // The stream of a pipe closes the descriptor itself.
      if (!isPipe) await release();
    },
  };
}

function checkUnchanged(name: string, then: Stats, now: Stats | undefined): void {
  if (now?.size !== then.size || now.mtimeMs !== then.mtimeMs) throw new InputError(name, 'changed while it was read');
}

function closeOnce({ fd, borrowed }: Argument): () => Promise<void> {
  let open = !borrowed;
  return async () => {
    if (!open) return;
    open = false;
    await closeFile(fd);
  };
}
