import type { Readable } from 'node:stream';
import { isPlace, within } from '../bytes/place.ts';
import { readAhead } from '../bytes/read-ahead.ts';
import { spill } from '../bytes/spill.ts';
import { type Entry, type Header, withHeader } from '../entries/entry.ts';
import { baseName } from '../entries/whiteout.ts';
import { KEPT_HEAD, type Keeps } from '../tar/unpack.ts';
import { ALIAS } from './aliases.ts';
import type { Reading } from './package.ts';
import { bufferReader, isElf, placeReader, type ReadAt } from './program.ts';
import { readers } from './readers.ts';

/** What is known of a file, or a symlink, that may matter when packages are looked for. */
export type Clue =
  /** A program, and what it tells. */
  | { readonly kind: 'program'; readonly reading: Reading }
  /** Its content can be read. */
  | { readonly kind: 'content' }
  /** It is larger than whoever wants it reads, in bytes. */
  | { readonly kind: 'large'; readonly size: number }
  /** A sparse file: what it is can be told when it has been written out. */
  | { readonly kind: 'sparse' }
  /** A symlink by which packages are seen elsewhere. */
  | { readonly kind: 'alias' };

/** Entries of a layer, with what is told of the one that was given last. */
export interface Retained<Entries> {
  readonly entries: Entries;
  clue(): Clue | undefined;
}

/** As many bytes of a file are looked at to tell what it is. */
const HEAD = KEPT_HEAD;

/** The entries of a plain layer: their content stays where it is. */
export function retainPlaces(entries: Iterable<Entry>): Retained<Iterable<Entry>> {
  let clue: Clue | undefined;
  const read = readAhead();
  function* retained(): Generator<Entry> {
    for (const entry of entries) {
      const { header, body } = entry;
      clue = aliasClue(entry);
      if (header.type === 'file') {
        if (body === undefined) clue = contentClue(header.name, '', 0);
        else if (!isPlace(body)) clue = { kind: 'sparse' };
        else {
          const head = read(within(body, 0, Math.min(header.size, HEAD)));
          clue = isElf(head)
            ? programClue(placeReader(body))
            : contentClue(header.name, head.toString('latin1'), header.size);
        }
      }
      yield entry;
    }
  }
  return { entries: retained(), clue: () => clue };
}

/** The entries of a layer that flows by: of their content only what may matter goes on. */
export interface RetainedStreams {
  /** For `unpack`: looks at bodies, so that few of them go on. */
  readonly keeps: Keeps;
  /** @param entries those that come of it */
  retained(entries: AsyncIterable<Entry>): Retained<AsyncIterable<Entry>>;
}

export function retainStreams(): RetainedStreams {
  /** Of entries that are on their way, by what is the same object on all of it; of a large program it is told later. */
  const clues = new WeakMap<Header, Clue | 'program'>();
  let clue: Clue | undefined;

  function keeps(header: Header, head: Buffer): boolean {
    if (header.type !== 'file') return true;
    if (isElf(head) && head.length < header.size) {
      clues.set(header, 'program');
      return true;
    }
    const own = isElf(head)
      ? programClue(bufferReader(head))
      : contentClue(header.name, head.toString('latin1', 0, HEAD), header.size);
    if (own) clues.set(header, own);
    return own?.kind === 'content';
  }

  async function* retained(entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
    for await (const entry of entries) {
      const { header, body } = entry;
      const known = clues.get(header);
      if (header.type !== 'file') clue = aliasClue(entry);
      else if (header.size === 0) clue = contentClue(header.name, '', 0);
      else if (body === undefined || Buffer.isBuffer(body) || isPlace(body))
        clue = known === 'program' ? undefined : known;
      else if (known === 'program') {
        clue = await streamedProgram(body);
        yield bare(entry);
        continue;
      } else clue = known ?? { kind: 'sparse' };
      yield body === undefined ? bare(entry) : entry;
    }
  }

  return { keeps, retained: (entries) => ({ entries: retained(entries), clue: () => clue }) };
}

/** What a program that flows by tells: where its parts are is told at its end, so it needs a place for a while. */
async function streamedProgram(body: Readable): Promise<Clue | undefined> {
  const copy = await spill('a program');
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) await copy.add(chunk);
    return programClue(placeReader(await copy.place(0, copy.size())));
  } finally {
    await copy.close();
  }
}

/** What a program tells, whichever kind of packages that is. */
export function programClue(read: ReadAt): Clue | undefined {
  for (const reader of readers) {
    const reading = reader.program?.(read);
    if (reading) return { kind: 'program', reading };
  }
  return undefined;
}

function contentClue(path: string, head: string, size: number): Clue | undefined {
  const name = baseName(path);
  const wanting = [release, ...readers].filter((reader) => reader.wants(name, head, path));
  if (wanting.length === 0) return undefined;
  return wanting.some(({ limit }) => size <= limit) ? { kind: 'content' } : { kind: 'large', size };
}

/** What tells which distribution an image is of. */
const release = {
  limit: 64 * 1024,
  wants: (name: string, head: string): boolean => name.endsWith('os-release') || /^(?:PRETTY_NAME|NAME|ID)=/.test(head),
};

function aliasClue({ header: { type, name } }: Entry): Clue | undefined {
  return type === 'symlink' && ALIAS.test(name) ? { kind: 'alias' } : undefined;
}

function bare(entry: Entry): Entry {
  if (entry.header.size === 0) return entry;
  return withHeader({ ...entry, body: undefined }, { size: 0 });
}
