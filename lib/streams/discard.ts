import { Writable } from 'node:stream';
import { give } from '../memory/loans.ts';

/** A sink that forgets what it is given: for bytes that were read to be verified. */
export function discard(): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, callback) {
      give(chunk);
      callback();
    },
  });
}
