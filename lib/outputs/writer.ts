import { Writable } from 'node:stream';
import { give } from '../memory/loans.ts';
import { errorCode, InputError, systemError } from '../errors.ts';
import { writeAll } from '../bytes/write.ts';

/** A sink of bytes for the user. */
export type Output = Writable & {
  /** The file that it writes, if it is one. */
  readonly fd?: number;
};

/** Is told how the output of a command gets on. */
export interface Watcher {
  /** Some bytes have been written. */
  wrote(bytes: number): void;
  /** All have been written. What it rejects with is what the output fails with, before it counts. */
  last(): Promise<void>;
}

export const unwatched: Watcher = { wrote: () => {}, last: () => Promise.resolve() };

export interface Target extends Watcher {
  readonly fd: number;
  /** The name to complain under. */
  readonly name: string;
  /** Lets go of the descriptor, whether all was written or not. */
  release(): Promise<void>;
  /** Makes what was written count, once it is all. */
  commit?(): Promise<void>;
}

/** Writes to a descriptor, many chunks at a time. */
export function writer({ fd, name, release, commit = () => Promise.resolve(), wrote, last }: Target): Output {
  async function write(chunks: Uint8Array[]): Promise<void> {
    await writeAll(fd, chunks);
    for (const chunk of chunks) {
      wrote(chunk.length);
      give(chunk);
    }
  }

  function settle(work: Promise<void>, callback: (error?: Error | null) => void): void {
    work.then(
      () => callback(),
      (error: unknown) => callback(worded(error)),
    );
  }

  /** A reader that goes away keeps its errno: the door knows it from that. */
  function worded(error: unknown): Error {
    if (error instanceof Error && (errorCode(error) === 'EPIPE' || error instanceof InputError)) return error;
    return new InputError(name, systemError(error));
  }

  const stream = new Writable({
    highWaterMark: 2 * 1024 * 1024,
    write(chunk: Buffer, _encoding, callback) {
      settle(write([chunk]), callback);
    },
    writev(chunks, callback) {
      settle(write(chunks.map(({ chunk }) => chunk as Buffer)), callback);
    },
    final(callback) {
      settle(last().then(commit), callback);
    },
    destroy(error, callback) {
      release().then(
        () => callback(error),
        (failure: Error) => callback(error ?? failure),
      );
    },
  });
  return Object.assign(stream, { fd });
}
