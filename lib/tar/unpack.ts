import { type Duplex, Readable } from 'node:stream';
import { type Entry, type Header, SMALL } from '../entry.ts';
import { InputError } from '../errors.ts';
import { flow } from '../flow.ts';
import { toText } from '../names.ts';
import { isPlace, type Place, streamOf, within } from '../place.ts';
import { type Reader, readerOf } from '../reader.ts';
import { type Found, headers, padding } from './headers.ts';
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

/** The entries of a plain tar that can be read at any time: every body is a place, or bytes where it is sparse. */
export function unpackPlace(layer: Place): Readable {
  return Readable.from(entries(layer.name, readerOf(layer), layer), { objectMode: true, highWaterMark: 8 });
}

async function* entries(input: string, reader: Reader, layer?: Place): AsyncGenerator<Entry> {
  const grammar = headers(input);
  let step = grammar.next();
  while (!step.done) {
    const asked = step.value;
    if (typeof asked === 'number') {
      const bytes = reader.take(asked);
      step = grammar.next(bytes instanceof Buffer ? bytes : await bytes);
      continue;
    }
    const behind =
      layer && asked.raw ? within(layer, reader.position() - asked.raw.length, asked.raw.length) : undefined;
    yield* found(input, reader, asked, behind);
    const fill = padding(asked.stored);
    if (fill > 0 && (await reader.skip(fill)) < fill) throw cutOff(input, asked.header);
    step = grammar.next();
  }
}

async function* found(
  input: string,
  reader: Reader,
  { header, raw, stored, sparse }: Found,
  place?: Place,
): AsyncGenerator<Entry> {
  const from = { ...(raw && { raw }), ...(place && { place }) };
  if (stored === 0 && !sparse) {
    yield { header, body: undefined, ...from };
    return;
  }
  if (!place && stored <= SMALL && !sparse) {
    const bytes = Buffer.from(await reader.take(stored));
    if (bytes.length < stored) throw cutOff(input, header);
    yield { header, body: bytes, ...from };
    return;
  }
  const body = reader.body(stored);
  if (isPlace(body)) {
    if (body.size < stored) throw cutOff(input, header);
    yield { header, body: sparse ? expanded(sparse, streamOf(body)) : body, ...from };
  } else {
    yield { header, body: sparse ? expanded(sparse, body.readable) : body.readable, ...from };
    const left = await body.done;
    if (left > 0 && (await reader.skip(left)) < left) throw cutOff(input, header);
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
