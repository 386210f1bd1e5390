import { giveBack } from '../memory/loans.ts';
import { writeAll } from './write.ts';

/** Writes to a file while more comes: a batch is under way, and what is added meanwhile is the next one. */
export interface WriteBehind {
  /**
   * Adds chunks, which are given back when they are written. Undefined where more may be added at once; else it settles
   * with the batch that is under way. When that has failed, so does every call.
   */
  add(chunks: readonly Uint8Array[]): Promise<void> | undefined;
  /** Leaves so many bytes out. To be called when all is written. */
  skip(size: number): void;
  /** Resolves when all that was added is written, and rejects where that failed. */
  written(): Promise<void>;
  /** Forgets what waits. Resolves when nothing is under way: the descriptor may be closed then. */
  stop(): Promise<void>;
}

interface Options {
  /** Bytes that may wait while others are under way. */
  readonly most: number;
  /** Where the first of them goes, or undefined for where the descriptor stands. */
  readonly offset?: number | undefined;
  /** Is told how many bytes have been written. */
  wrote?(size: number): void;
  /** Is told at once what every call will tell. */
  failed?(error: unknown): void;
}

/** Starts where a file is empty, or where it is to go on. The descriptor stays its owner's. */
export function writeBehind(fd: number, { most, offset, wrote = () => {}, failed = () => {} }: Options): WriteBehind {
  let position = offset;
  let waiting: Uint8Array[] = [];
  let size = 0;
  let underWay: Promise<void> | undefined;
  let hasFailed = false;

  async function writeBatch(): Promise<void> {
    const chunks = waiting;
    const length = size;
    waiting = [];
    size = 0;
    await writeAll(fd, chunks, position);
    if (position !== undefined) position += length;
    wrote(length);
    for (const chunk of chunks) giveBack(chunk);
  }

  function start(): Promise<void> {
    const batch = writeBatch().then(
      () => {
        underWay = undefined;
        if (waiting.length > 0) start();
      },
      (error: unknown) => {
        hasFailed = true;
        failed(error);
        throw error;
      },
    );
    // Whoever adds next, or waits for the end, meets a failure.
    batch.catch(() => {});
    underWay = batch;
    return batch;
  }

  return {
    add(chunks) {
      for (const chunk of chunks) {
        waiting.push(chunk);
        size += chunk.length;
      }
      if (waiting.length === 0) return hasFailed ? underWay : undefined;
      const batch = underWay ?? start();
      return hasFailed || size > most ? batch : undefined;
    },
    skip(length) {
      if (position !== undefined) position += length;
    },
    async written() {
      while (underWay) await underWay;
    },
    async stop() {
      waiting = [];
      size = 0;
      await underWay?.catch(() => {});
    },
  };
}
