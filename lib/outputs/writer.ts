import { Writable } from 'node:stream';
import { writeBehind } from '../bytes/write-behind.ts';
import { errorCode, systemFailure } from '../errors.ts';
import { type Sink, typedSink } from '../streams/flow.ts';

/** Where a command writes. */
export type Output = Sink<Buffer> & {
  /** The file that it writes, if it is one. */
  readonly fd?: number;
  /** Whether nothing of it can be seen before all has been written. */
  readonly isWhole?: boolean;
};

/** Whoever watches an output get on. */
export interface Watcher {
  /** Some bytes have been written. */
  wrote(bytes: number): void;
  /** All bytes have been written. What this rejects with is what the output fails with, before it counts. */
  last(): Promise<void>;
}

export const unwatched: Watcher = { wrote: () => {}, last: () => Promise.resolve() };

export interface Destination extends Watcher {
  readonly fd: number;
  /** What it is called in errors. */
  readonly name: string;
  /** Lets go of the descriptor, whether all was written or not. */
  release(): Promise<void>;
  /** Makes what was written count, once it is all. */
  commit?(): Promise<void>;
}

/** Bytes that wait to be written while others are. */
const WAITING = 1024 * 1024;

/** Writes to a descriptor, many chunks at a time. */
export function writer({ fd, name, release, commit, wrote, last }: Destination): Output {
  const behind = writeBehind(fd, {
    most: WAITING,
    wrote,
    failed: (error) => {
      stream.destroy(named(error));
    },
  });

  function settle(work: Promise<void> | undefined, callback: (error?: Error | null) => void): void {
    if (work === undefined) callback();
    else {
      work.then(
        () => callback(),
        (error: unknown) => callback(named(error)),
      );
    }
  }

  /** That a reader went away stays the system's error: by that the door knows it. */
  function named(error: unknown): Error {
    return error instanceof Error && errorCode(error) === 'EPIPE' ? error : systemFailure(name, error);
  }

  const stream = new Writable({
    highWaterMark: WAITING / 4,
    write(chunk: Buffer, _encoding, callback) {
      settle(behind.add([chunk]), callback);
    },
    writev(chunks, callback) {
      settle(behind.add(chunks.map(({ chunk }) => chunk as Buffer)), callback);
    },
    final(callback) {
      settle(
        behind
          .written()
          .then(last)
          .then(() => commit?.()),
        callback,
      );
    },
    destroy(error, callback) {
      // The descriptor is not let go of before: another file might get its number.
      const released = behind.stop().then(release);
      released.then(
        () => callback(error),
        (failure: Error) => callback(error ?? failure),
      );
    },
  });
  return Object.assign(typedSink<Buffer>(stream), { fd, isWhole: commit !== undefined });
}
