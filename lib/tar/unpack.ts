import { Readable } from 'node:stream';
import { type Place, within } from '../bytes/place.ts';
import { readAhead } from '../bytes/read-ahead.ts';
import { type Reader, readerOf } from '../bytes/reader.ts';
import { type Entry, type Header, SMALL } from '../entries/entry.ts';
import { toText } from '../entries/names.ts';
import { cutOff, type InputError } from '../errors.ts';
import { type Flow, flow, type Source } from '../streams/flow.ts';
import { placeSource, source } from '../streams/source.ts';
import { padding } from './block.ts';
import { grammar, type StoredEntry } from './grammar.ts';
import { expand, type Sparse } from './sparse.ts';

/**
 * Whether the body of an entry is to go on. It is shown all of a small one, of a large one the first KEPT_HEAD bytes, which
 * are valid during the call alone; of a sparse one nothing, and that goes on.
 */
export type Keeps = (header: Header, head: Buffer) => boolean;

/** As much of a large body is shown before anybody reads it, in bytes. */
export const KEPT_HEAD = 1024;

/**
 * The bytes of a plain tar in, its entries out. A large body is a stream, which must be consumed before the next
 * entry comes. Input that is damaged or cut off is an InputError; what follows the end of the archive is read and left.
 *
 * @param input the layer's name, for errors
 * @param keeps leaves out bodies that nobody wants: to copy each of them costs time and memory
 */
export function unpack(input: string, keeps?: Keeps): Flow<Buffer, Entry> {
  return flow<Buffer, Entry>((bytes) => entriesFrom(input, readerOf(bytes), keeps), { from: 'bytes', to: 'objects' });
}

async function* entriesFrom(input: string, reader: Reader, keeps?: Keeps): AsyncGenerator<Entry> {
  const reading = grammar(input);
  let step = reading.next();
  while (!step.done) {
    const wanted = step.value;
    if (typeof wanted === 'number') {
      const bytes = reader.take(wanted);
      step = reading.next(bytes instanceof Buffer ? bytes : await bytes);
      continue;
    }
    yield* entryFrom(input, reader, wanted, keeps);
    const fill = padding(wanted.stored);
    if (fill > 0 && (await reader.skip(fill)) < fill) throw endsInside(input, wanted.header);
    step = reading.next();
  }
}

/** Yields an entry, and goes on when its body has been read or given up. */
async function* entryFrom(
  input: string,
  reader: Reader,
  { header, raw, stored, sparse }: StoredEntry,
  keeps: Keeps | undefined,
): AsyncGenerator<Entry> {
  const blocks = raw && { raw };
  if (stored === 0 && !sparse) {
    yield { header, body: undefined, ...blocks };
  } else if (stored <= SMALL && !sparse) {
    const taken = reader.take(stored);
    const bytes = taken instanceof Buffer ? taken : await taken;
    if (bytes.length < stored) throw endsInside(input, header);
    yield { header, body: keeps && !keeps(header, bytes) ? undefined : Buffer.from(bytes), ...blocks };
  } else if (keeps && !sparse) {
    const head = Buffer.from(await reader.take(KEPT_HEAD));
    const rest = stored - head.length;
    if (head.length < KEPT_HEAD) throw endsInside(input, header);
    const body = keeps(header, head) ? reader.body(rest, () => endsInside(input, header)) : undefined;
    yield { header, body: body && behind(head, body.readable), ...blocks };
    const left = body ? await body.done : rest;
    if (left > 0 && (await reader.skip(left)) < left) throw endsInside(input, header);
  } else {
    const { readable, done } = reader.body(stored, () => endsInside(input, header));
    yield { header, body: sparse ? expanded(sparse, readable, input, header) : readable, ...blocks };
    const left = await done;
    if (left > 0 && (await reader.skip(left)) < left) throw endsInside(input, header);
  }
}

/** A body whose first bytes have been read. */
function behind(head: Buffer, rest: Readable): Readable {
  async function* whole(): AsyncGenerator<Buffer> {
    yield head;
    yield* rest as AsyncIterable<Buffer>;
  }
  const body = Readable.from(whole(), { objectMode: false, highWaterMark: 1 });
  body.once('close', () => rest.destroy());
  return body;
}

/** The entries of a plain tar that can be read at any time: every body is a place, or a stream where it is sparse. */
export function unpackPlace(layer: Place): Source<Entry> {
  return source(entriesAt(layer));
}

/** The same, at once: nothing there has to be waited for. */
export function* entriesAt(layer: Place): Generator<Entry> {
  const read = readAhead();
  const reading = grammar(layer.name);
  let at = 0;
  let step = reading.next();
  while (!step.done) {
    const wanted = step.value;
    if (typeof wanted === 'number') {
      const size = Math.min(wanted, layer.size - at);
      at += size;
      step = reading.next(read(within(layer, at - size, size)));
      continue;
    }
    const { header, raw, stored, sparse } = wanted;
    if (stored > layer.size - at) throw endsInside(layer.name, header);
    const body = within(layer, at, stored);
    yield {
      header,
      body: sparse ? expanded(sparse, placeSource(body), layer.name, header) : stored === 0 ? undefined : body,
      ...(raw && { raw, place: within(layer, at - raw.length, raw.length) }),
    };
    at += stored + padding(stored);
    if (at > layer.size) throw endsInside(layer.name, header);
    step = reading.next();
  }
}

function expanded(sparse: Sparse, stored: Readable, input: string, header: Header): Readable {
  const bytes = expand(sparse, stored, () => endsInside(input, header));
  const body = Readable.from(bytes, { objectMode: false });
  body.once('close', () => stored.destroy());
  return body;
}

/** An archive that ends inside the body of an entry. */
export function endsInside(input: string, header: Header): InputError {
  return cutOff(input, `is cut off in the middle of ${toText(header.name)}`);
}
