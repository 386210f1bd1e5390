import type { Header } from '../entries/entry.ts';
import { FormatError } from '../errors.ts';
import { grammar } from './grammar.ts';

/** The header that complete header blocks say, PAX and long names included. */
export function decode(blocks: Buffer): Header {
  const reading = grammar('a layer');
  let step = reading.next();
  for (let at = 0; !step.done && typeof step.value === 'number'; ) {
    const size = step.value;
    step = reading.next(blocks.subarray(at, at + size));
    at += size;
  }
  if (step.done || typeof step.value === 'number') throw new FormatError('blocks without an entry');
  return step.value.header;
}
