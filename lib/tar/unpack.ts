import { type Duplex, Readable } from 'node:stream';
import { type Entry, type Header, SMALL } from '../entries/entry.ts';
import { InputError } from '../errors.ts';
import { flow } from '../streams/flow.ts';
import { toText } from '../entries/names.ts';
import { type Place, streamOf, within } from '../bytes/place.ts';
import { type Reader, readerOf } from '../bytes/reader.ts';
import { windowReader } from '../bytes/read-ahead.ts';
import type { Found } from './extensions.ts';
import { headers, padding } from './grammar.ts';
import { expand, type Sparse } from './sparse.ts';

/**
 * The bytes of a plain tar in, its entries out. A large body is a stream, which must be consumed before the next
 * entry comes. Input that is damaged or cut off is an InputError; what follows the end of the archive is read and left.
 *
 * @param input the name to complain under
 */
export function unpack(input: string): Duplex {
  return flow<Buffer, Entry>((bytes) => entries(input, readerOf(bytes)), { from: 'bytes', to: 'objects' });
}

async function* entries(input: string, reader: Reader): AsyncGenerator<Entry> {
  const grammar = headers(input);
  let step = grammar.next();
  while (!step.done) {
    const asked = step.value;
    if (typeof asked === 'number') {
      const bytes = reader.take(asked);
      step = grammar.next(bytes instanceof Buffer ? bytes : await bytes);
      continue;
    }
    yield* found(input, reader, asked);
    const fill = padding(asked.stored);
    if (fill > 0 && (await reader.skip(fill)) < fill) throw cutOff(input, asked.header);
    step = grammar.next();
  }
}

async function* found(input: string, reader: Reader, { header, raw, stored, sparse }: Found): AsyncGenerator<Entry> {
  const from = raw && { raw };
  if (stored === 0 && !sparse) {
    yield { header, body: undefined, ...from };
  } else if (stored <= SMALL && !sparse) {
    const bytes = Buffer.from(await reader.take(stored));
    if (bytes.length < stored) throw cutOff(input, header);
    yield { header, body: bytes, ...from };
  } else {
    const { readable, done } = reader.body(stored);
    yield { header, body: sparse ? expanded(sparse, readable) : readable, ...from };
    const left = await done;
    if (left > 0 && (await reader.skip(left)) < left) throw cutOff(input, header);
  }
}

/** The entries of a plain tar that can be read at any time: every body is a place, or a stream where it is sparse. */
export function unpackPlace(layer: Place): Readable {
  return Readable.from(entriesAt(layer), { objectMode: true, highWaterMark: 8 });
}

/** The same, at once: nothing there has to be waited for. */
export function* entriesAt(layer: Place): Generator<Entry> {
  const read = windowReader();
  const grammar = headers(layer.name);
  let at = 0;
  let step = grammar.next();
  while (!step.done) {
    const asked = step.value;
    if (typeof asked === 'number') {
      const size = Math.min(asked, layer.size - at);
      at += size;
      step = grammar.next(read(within(layer, at - size, size)));
      continue;
    }
    const { header, raw, stored, sparse } = asked;
    if (stored > layer.size - at) throw cutOff(layer.name, header);
    const body = within(layer, at, stored);
    yield {
      header,
      body: sparse ? expanded(sparse, streamOf(body)) : stored === 0 ? undefined : body,
      ...(raw && { raw, place: within(layer, at - raw.length, raw.length) }),
    };
    at += stored + padding(stored);
    if (at > layer.size) throw cutOff(layer.name, header);
    step = grammar.next();
  }
}

function expanded(sparse: Sparse, stored: Readable): Readable {
  const body = Readable.from(expand(sparse, stored), { objectMode: false });
  body.once('close', () => stored.destroy());
  return body;
}

export function cutOff(input: string, header: Header): InputError {
  return new InputError(input, `is cut off in the middle of ${toText(header.name)}`, 'did the command in <( ) fail?');
}
