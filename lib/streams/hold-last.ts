import type { Duplex } from 'node:stream';
import { flow } from './flow.ts';

/** Lets bytes through, the last of them only when a check at the end has not thrown: half a blob is none. */
export function held(check: () => void): Duplex {
  return flow<Buffer, Buffer>(
    async function* (input) {
      let last: Buffer | undefined;
      for await (const chunk of input) {
        if (last) yield last;
        last = chunk;
      }
      check();
      if (last) yield last;
    },
    { from: 'bytes', to: 'bytes' },
  );
}
