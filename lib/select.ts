import { Transform } from 'node:stream';
import type { Entry } from './entry.ts';

/** A transform that changes or drops one entry at a time; what it drops is undefined. */
export function select(change: (entry: Entry) => Entry | undefined): Transform {
  return new Transform({
    objectMode: true,
    readableHighWaterMark: 8,
    writableHighWaterMark: 8,
    transform(entry: Entry, _encoding, callback) {
      try {
        const changed = change(entry);
        callback(null, changed);
      } catch (error) {
        callback(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}
