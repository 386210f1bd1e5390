import { createHash } from 'node:crypto';
import { contentOf, drop } from '../../../lib/entries/body.ts';
import type { Entry, Header } from '../../../lib/entries/entry.ts';
import { giveBack } from '../../../lib/memory/loans.ts';
import { pump } from '../../../lib/streams/pump.ts';
import { readThrough } from '../../../lib/streams/read-through.ts';
import { byteSource, source } from '../../../lib/streams/source.ts';
import { pack } from '../../../lib/tar/pack.ts';
import { unpack } from '../../../lib/tar/unpack.ts';
import { Broken, differing } from './broken.ts';

/** Bodies past this size are left unread: holes may be as large as they like. */
const READ = 1024 * 1024;

/** An entry that was read, its body in memory. */
export interface Held {
  readonly header: Header;
  /** Undefined where the body was too large to be read. */
  readonly content: Buffer | undefined;
  readonly raw: Buffer | undefined;
}

export async function held(entries: Iterable<Entry> | AsyncIterable<Entry>): Promise<Held[]> {
  const list: Held[] = [];
  // A tar that is cut off says so behind the body.
  let wrong: string | undefined;
  for await (const entry of entries) {
    const { header, body, raw } = entry;
    if (header.size > READ) {
      drop(entry);
      list.push({ header, content: undefined, raw });
      continue;
    }
    const parts: Buffer[] = [];
    for await (const chunk of contentOf(body)) {
      parts.push(Buffer.from(chunk));
      giveBack(chunk);
    }
    const content = Buffer.concat(parts);
    wrong ??= content.length === header.size ? undefined : `${content.length} for ${header.size}`;
    list.push({ header, content, raw });
  }
  if (wrong !== undefined) throw new Broken('a body has another size than its header says', wrong);
  return list;
}

/** The entries of a tar that comes as a stream. */
export function entriesOf(name: string, bytes: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Entry> {
  const stage = unpack(name);
  return readThrough(stage, pump(byteSource(bytes), stage));
}

/** What a list of entries packs to. */
export async function packed(entries: Iterable<Entry> | AsyncIterable<Entry>): Promise<Buffer> {
  const stage = pack();
  const parts: Buffer[] = [];

  for await (const chunk of readThrough(stage, pump(source(entries), stage))) {
    parts.push(Buffer.from(chunk));
    giveBack(chunk);
  }
  return Buffer.concat(parts);
}

/** A header as text: the same for the same header, and for no other. */
export function headerText(header: Header): string {
  return JSON.stringify({ ...header, pax: [...header.pax].sort() });
}

/** Throws where two headers differ, and says in which fields: finds of one field are one. */
export function same(what: string, one: Header, two: Header): void {
  const [a, b] = [headerText(one), headerText(two)];
  if (a !== b) throw new Broken(`${what} differ in ${fieldsOf(one, two)}`, differing(a, b));
}

function fieldsOf(one: Header, two: Header): string {
  const other = new Map<string, unknown>(Object.entries(two));
  const fields = Object.entries(one).filter(([key, value]) => fieldText(value) !== fieldText(other.get(key)));
  return fields.map(([key]) => key).join(', ');
}

function fieldText(value: unknown): string {
  return JSON.stringify(value instanceof Map ? [...value].sort() : value);
}

/** All that was read, as text. */
export function heldText(list: readonly Held[]): string {
  return list
    .map(
      ({ header, content, raw }) => `${headerText(header)} ${digest(content)} ${raw === undefined ? '' : digest(raw)}`,
    )
    .join('\n');
}

function digest(bytes: Buffer | undefined): string {
  return bytes === undefined ? 'unread' : createHash('sha1').update(bytes).digest('hex');
}
