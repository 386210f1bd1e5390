import { Writable } from 'node:stream';
import { giveBack } from '../memory/loans.ts';
import { type Sink, typedSink } from './flow.ts';

/** A sink that forgets what it is given: for bytes that were read to be verified. */
export function discard(): Sink<Buffer> {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      giveBack(chunk);
      callback();
    },
  });
  return typedSink(stream);
}
