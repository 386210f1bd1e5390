import { Duplex, type Readable, type Writable } from 'node:stream';
import { inbox } from './inbox.ts';

/** Under it the compiler keeps what a stream takes; nothing is there when the program runs. */
export declare const accepts: unique symbol;

/** A stream whose reader gets values of one type: Node's Readable, typed. */
export interface Source<Out> extends Readable {
  [Symbol.asyncIterator](): NodeJS.AsyncIterator<Out>;
}

/** A stream that takes values of one type: Node's Writable, typed. */
export interface Sink<In> extends Writable {
  readonly [accepts]: (value: In) => void;
}

/** A stage of a pipe: it takes values of one type, and gives values of another. */
export interface Flow<In, Out> extends Duplex {
  [Symbol.asyncIterator](): NodeJS.AsyncIterator<Out>;
  readonly [accepts]: (value: In) => void;
}

/** What flows on a side of a stage. */
export type Kind = 'objects' | 'bytes';

/** As much as may wait on a side of a stage: objects, or a byte, which is to say a chunk. */
export const WAITING: Readonly<Record<Kind, number>> = { objects: 8, bytes: 1 };

/** Gives a stage of Node's the types of what it takes and gives, for which the caller vouches. */
export function typed<In, Out>(stage: Duplex): Flow<In, Out> {
  return stage as Flow<In, Out>;
}

/** The same for a stream that only takes. */
export function typedSink<In>(sink: Writable): Sink<In> {
  return sink as Sink<In>;
}

/**
 * A stage written as an async generator: it takes what is written, one at a time, and what it yields can be read.
 * Unlike a Transform it may yield more than it takes, at its end too, and still waits for its reader. Input that it
 * leaves is read to its end. When the stream is destroyed the generator's `finally` blocks run.
 */
export function flow<In, Out>(
  work: (input: AsyncIterable<In>) => AsyncGenerator<Out>,
  { from, to }: { readonly from: Kind; readonly to: Kind },
): Flow<In, Out> {
  const { input, offer, end, fail, leave, ended } = inbox<In>();
  const output = work(input);
  let running = false;
  let wanted = false;

  async function run(): Promise<void> {
    running = true;
    try {
      for (;;) {
        const next = await output.next();
        if (next.done) {
          // A pipe is over when its sink has finished: what is not read to its end must not seem so.
          leave();
          await ended;
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
    readableObjectMode: to === 'objects',
    writableObjectMode: from === 'objects',
    readableHighWaterMark: WAITING[to],
    writableHighWaterMark: WAITING[from],
    write: (chunk: In, _encoding, callback) => offer(chunk, callback),
    final(callback) {
      end();
      callback();
    },
    read() {
      wanted = true;
      if (!running) void run();
    },
    destroy(error, callback) {
      fail(error ?? new Error('the stream was destroyed'));
      // A generator that is in the midst of something gets this once it has come to its next yield.
      output.return(undefined).catch(() => {});
      callback(error);
    },
  });
  return typed(stream);
}

/** A Writable of Node's, which takes bytes. */
export function byteSink(sink: Writable): Sink<Buffer> {
  return typedSink(sink);
}
