import { Transform } from 'node:stream';
import { type Flow, typed, WAITING } from './flow.ts';

/** A stage that turns each object into another at once, or, where that is undefined, drops it. */
export function mapEach<In, Out>(change: (object: In) => Out | undefined): Flow<In, Out> {
  const transform = new Transform({
    objectMode: true,
    readableHighWaterMark: WAITING.objects,
    writableHighWaterMark: WAITING.objects,
    transform(object: In, _encoding, callback) {
      try {
        callback(null, change(object));
      } catch (error) {
        callback(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  return typed(transform);
}
