import { Duplex } from 'node:stream';

export interface FlowOptions {
  /** What flows in and out: objects, or bytes. */
  readonly from: 'objects' | 'bytes';
  readonly to: 'objects' | 'bytes';
}

/**
 * A transform written as an async generator: it takes what is written, one at a time, and what it yields can be read.
 * Unlike a Transform it may yield more than it takes, at its end too, and still waits for its reader. Input that it
 * leaves is read to its end. When the stream is destroyed the generator's `finally` blocks run.
 */
export function flow<In, Out>(work: (input: AsyncIterable<In>) => AsyncGenerator<Out>, options: FlowOptions): Duplex {
  let offered: { chunk: In; taken: () => void } | undefined;
  let taken: (() => void) | undefined;
  let waiting: { resolve: (result: IteratorResult<In>) => void; reject: (error: Error) => void } | undefined;
  let ended = false;
  let over = false;
  let broken: Error | undefined;
  let running = false;
  let wanted = false;

  // A pipe is over when its sink has finished: what is not read to its end must not seem so.
  let takeAll = (): void => {};
  const allTaken = new Promise<void>((resolve) => {
    takeAll = resolve;
  });

  const end: IteratorResult<In> = { done: true, value: undefined };
  const input: AsyncIterableIterator<In> = {
    [Symbol.asyncIterator]: () => input,
    next() {
      taken?.();
      taken = undefined;
      if (broken) return Promise.reject(broken);
      if (offered) {
        const { chunk } = offered;
        taken = offered.taken;
        offered = undefined;
        return Promise.resolve({ done: false, value: chunk });
      }
      if (ended) return Promise.resolve(end);
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      });
    },
    return() {
      leave();
      return Promise.resolve(end);
    },
  };

  function leave(): void {
    over = true;
    taken?.();
    offered?.taken();
    taken = offered = undefined;
  }

  const output = work(input);

  async function run(): Promise<void> {
    running = true;
    try {
      for (;;) {
        const next = await output.next();
        if (next.done) {
          leave();
          if (!ended) await allTaken;
          stream.push(null);
          return;
        }
        wanted = false;
        if (!stream.push(next.value) && !wanted) return;
      }
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new Error(String(error)));
    } finally {
      running = false;
    }
  }

  const stream = new Duplex({
    readableObjectMode: options.to === 'objects',
    writableObjectMode: options.from === 'objects',
    readableHighWaterMark: options.to === 'objects' ? 8 : 1,
    writableHighWaterMark: options.from === 'objects' ? 8 : 1,
    write(chunk: In, _encoding, callback) {
      if (over) return callback();
      if (waiting) {
        const { resolve } = waiting;
        waiting = undefined;
        taken = callback;
        resolve({ done: false, value: chunk });
      } else {
        offered = { chunk, taken: callback };
      }
    },
    final(callback) {
      ended = true;
      takeAll();
      waiting?.resolve(end);
      waiting = undefined;
      callback();
    },
    read() {
      wanted = true;
      if (!running) void run();
    },
    destroy(error, callback) {
      broken = error ?? new Error('the stream was destroyed');
      waiting?.reject(broken);
      waiting = undefined;
      offered = taken = undefined;
      // A generator that is in the midst of something gets this once it has come to its next yield.
      output.return(undefined).catch(() => {});
      callback(error);
    },
  });
  return stream;
}
