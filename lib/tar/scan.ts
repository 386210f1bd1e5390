import type { Duplex } from 'node:stream';
import type { Header } from '../entries/entry.ts';
import { flow } from '../streams/flow.ts';
import { readerOf } from '../bytes/reader.ts';
import { headers, padding } from './grammar.ts';
import { cutOff } from './unpack.ts';

/**
 * The bytes of a plain tar in, nothing out: shows each header, and fails where `unpack` would, without making entries.
 *
 * @param done is called at the end, and may throw
 */
export function scan(input: string, see: (header: Header) => void, done: () => void): Duplex {
  return flow<Buffer, never>(
    // biome-ignore lint/correctness/useYield: it is there to fail, and to end after the check
    async function* (bytes) {
      const reader = readerOf(bytes);
      const grammar = headers(input);
      let step = grammar.next();
      while (!step.done) {
        const asked = step.value;
        if (typeof asked === 'number') {
          step = grammar.next(await reader.take(asked));
          continue;
        }
        see(asked.header);
        const size = asked.stored + padding(asked.stored);
        if ((await reader.skip(size)) < size) throw cutOff(input, asked.header);
        step = grammar.next();
      }
      done();
    },
    { from: 'bytes', to: 'bytes' },
  );
}
