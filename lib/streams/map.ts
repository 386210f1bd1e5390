import { Transform } from 'node:stream';
import type { Entry } from '../entries/entry.ts';

/** A transform that changes or drops one entry at a time; what it drops is undefined. */
export function select(change: (entry: Entry) => Entry | undefined): Transform {
  return each(change);
}

/** A transform that turns each object into another, or, where that is undefined, drops it. */
export function each<In, Out>(change: (object: In) => Out): Transform {
  return new Transform({
    objectMode: true,
    readableHighWaterMark: 8,
    writableHighWaterMark: 8,
    transform(object: In, _encoding, callback) {
      try {
        callback(null, change(object));
      } catch (error) {
        callback(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}
