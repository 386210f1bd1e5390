import { isPlace, type Place } from '../bytes/place.ts';
import { readAhead } from '../bytes/read-ahead.ts';
import { type Spill, spill } from '../bytes/spill.ts';
import { contentOf, wrongSize } from '../entries/body.ts';
import { type Body, type Entry, type EntryType, type Header, noPax } from '../entries/entry.ts';
import { bytes, integers, offsets, packedNumbers, shorts } from '../memory/packed.ts';
import { canonical } from '../tar/canonical.ts';
import { decode } from '../tar/decode.ts';
import { encode } from '../tar/encode.ts';
import { isHole } from '../tar/sparse.ts';
import { ownerNumbers } from './owners.ts';

/*
 * Entries to be had again in any order. Of each its place is kept: its header blocks with its body behind
 * them, where the input that it came from can be read at any time, else in a spill. What most headers say fits into
 * numbers beside it; others are read again.
 */

export interface Records {
  /** Adds an entry, its body included, and gives its number, which is at least 1; at once where nothing is copied. */
  add(entry: Entry): number | Promise<number>;
  /** Resolves when all that was added can be read again. */
  settled(): Promise<void>;
  type(record: number): EntryType;
  /** The header, canonical, under the name that the index gives it. */
  header(record: number, name: string): Header;
  body(record: number): Body;
}

const types: readonly EntryType[] = [
  'file',
  'link',
  'symlink',
  'character-device',
  'block-device',
  'directory',
  'fifo',
];

/** Makes an empty list of records. */
export function records(): Records {
  const files: Pick<Place, 'fd' | 'name' | 'owner' | 'reads'>[] = [];
  const numbers = new Map<number, number>();
  const file = packedNumbers(shorts);
  const offset = packedNumbers(offsets);
  const head = packedNumbers(integers);
  const size = packedNumbers(offsets);
  const type = packedNumbers(bytes);
  // The number of the owner, and 0 where the header says more than there are columns for.
  const owner = packedNumbers(shorts);
  const mode = packedNumbers(shorts);
  const mtime = packedNumbers(integers);
  const nanoseconds = packedNumbers(integers);
  const owners = ownerNumbers();
  let count = 0;
  // For bodies that stream by: they are written in another order than they arrive.
  let copies: Spill | undefined;
  const read = readAhead();

  function fileNumber(place: Place): number {
    let number = numbers.get(place.fd);
    if (number === undefined) {
      number = files.push({ fd: place.fd, name: place.name, owner: place.owner, reads: place.reads }) - 1;
      numbers.set(place.fd, number);
    }
    return number;
  }

  /** Where the entry stands in one piece in its own input, if it does. */
  function placeInInput({ body, place }: Entry): Place | undefined {
    if (place === undefined || (body !== undefined && !isPlace(body))) return undefined;
    if (body && (body.fd !== place.fd || body.offset !== place.offset + place.size)) return undefined;
    return place;
  }

  /** Writes an entry into the spill, header and body, and tells where its header stands. */
  async function copy({ header, body }: Entry): Promise<Place> {
    copies ??= await spill('the temporary file');
    const blocks = encode(header);
    const start = copies.size();
    await copies.add(blocks);
    for await (const chunk of contentOf(body)) {
      if (isHole(chunk)) await copies.addHole(chunk.length);
      else await copies.add(chunk);
    }
    if (copies.size() !== start + blocks.length + header.size) throw wrongSize(header.name);
    return copies.placeAhead(start, blocks.length);
  }

  function note({ header: own }: Entry, place: Place): number {
    const record = ++count;
    file.set(record, fileNumber(place));
    offset.set(record, place.offset);
    head.set(record, place.size);
    size.set(record, own.size);
    type.set(record, types.indexOf(own.type));
    if ((own.type !== 'file' && own.type !== 'directory') || own.pax.size > 0 || own.mtime !== (own.mtime | 0)) {
      return record;
    }
    owner.set(record, owners.number(own));
    mode.set(record, own.mode);
    mtime.set(record, own.mtime);
    nanoseconds.set(record, own.nanoseconds);
    return record;
  }

  function plain(record: number, name: string): Header {
    const { uid, gid, uname, gname } = owners.owner(owner.get(record));
    return {
      name,
      type: types[type.get(record)]!,
      mode: mode.get(record),
      uid,
      gid,
      size: size.get(record),
      mtime: mtime.get(record),
      nanoseconds: nanoseconds.get(record),
      linkname: '',
      uname,
      gname,
      devmajor: 0,
      devminor: 0,
      pax: noPax,
    };
  }

  const placeOf = (record: number, from: number, length: number): Place => {
    const { fd, name, owner, reads } = files[file.get(record)]!;
    return { fd, offset: offset.get(record) + from, size: length, name, owner, reads };
  };

  return {
    add(entry) {
      const place = placeInInput(entry);
      return place ? note(entry, place) : copy(entry).then((written) => note(entry, written));
    },
    async settled() {
      await copies?.written();
    },
    type: (record) => types[type.get(record)]!,
    header(record, name) {
      if (owner.get(record) !== 0) return plain(record, name);
      return { ...canonical(decode(read(placeOf(record, 0, head.get(record))))), name };
    },
    body(record) {
      const length = size.get(record);
      return length === 0 ? undefined : placeOf(record, head.get(record), length);
    },
  };
}
