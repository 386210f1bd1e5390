import { Writable } from 'node:stream';
import { type Kind, type Sink, typedSink, WAITING } from './flow.ts';
import { inbox } from './inbox.ts';

/**
 * A sink written as an async function: it takes what is written, one at a time. The stream finishes when the function
 * has resolved, and fails when that rejects. Input that it leaves is read to its end.
 */
export function consume<In>(work: (input: AsyncIterable<In>) => Promise<void>, from: Kind): Sink<In> {
  const { input, offer, end, fail, leave } = inbox<In>();
  const done = work(input).finally(leave);
  const stream = new Writable({
    objectMode: from === 'objects',
    highWaterMark: WAITING[from],
    write: (chunk: In, _encoding, callback) => offer(chunk, callback),
    final(callback) {
      end();
      done.then(() => callback(), callback);
    },
    destroy(error, callback) {
      fail(error ?? new Error('the stream was destroyed'));
      callback(error);
    },
  });
  done.catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
  return typedSink(stream);
}
