import { type Flow, flow } from './flow.ts';

/** Lets bytes through, the last of them only when `check` has not thrown: half a blob is none. */
export function holdLast(check: () => void): Flow<Buffer, Buffer> {
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
