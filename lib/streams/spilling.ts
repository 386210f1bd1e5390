import { Transform, Writable } from 'node:stream';
import { SPILL_WAITING, type Spill } from '../bytes/spill.ts';
import { share } from '../memory/loans.ts';
import { type Flow, type Sink, typed, typedSink } from './flow.ts';

/** A sink that adds what is written to a spill. */
export function spillInto(target: Spill): Sink<Buffer> {
  const stream = new Writable({
    highWaterMark: SPILL_WAITING,
    write(chunk: Buffer, _encoding, callback) {
      target.add(chunk).then(() => callback(), callback);
    },
  });
  return typedSink(stream);
}

/** A stage that lets bytes through and adds them to a spill. */
export function copyInto(target: Spill): Flow<Buffer, Buffer> {
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      share(chunk);
      target.add(chunk).then(() => callback(null, chunk), callback);
    },
  });
  return typed(stream);
}
