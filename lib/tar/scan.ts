import { readerOf } from '../bytes/reader.ts';
import type { Header } from '../entries/entry.ts';
import { consume } from '../streams/consume.ts';
import type { Sink } from '../streams/flow.ts';
import { padding } from './block.ts';
import { grammar } from './grammar.ts';
import { endsInside } from './unpack.ts';

/**
 * A sink for the bytes of a plain tar: it shows each header, and fails where `unpack` would, without making entries.
 *
 * @param end is called when all was read, and may throw
 */
export function scan(input: string, see: (header: Header) => void, end: () => void = () => {}): Sink<Buffer> {
  return consume<Buffer>(async (bytes) => {
    const reader = readerOf(bytes);
    const reading = grammar(input);
    let step = reading.next();
    while (!step.done) {
      const wanted = step.value;
      if (typeof wanted === 'number') {
        step = reading.next(await reader.take(wanted));
        continue;
      }
      see(wanted.header);
      const size = wanted.stored + padding(wanted.stored);
      if ((await reader.skip(size)) < size) throw endsInside(input, wanted.header);
      step = reading.next();
    }
    end();
  }, 'bytes');
}
