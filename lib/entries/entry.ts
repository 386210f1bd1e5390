import type { Readable } from 'node:stream';
import type { Place } from '../bytes/place.ts';

export type EntryType = 'file' | 'link' | 'symlink' | 'character-device' | 'block-device' | 'directory' | 'fifo';

/**
 * What a layer says of one path. The fields are named as tar-stream names them. Strings are bytes, one
 * character each (see names.ts).
 */
export interface Header {
  readonly name: string;
  readonly type: EntryType;
  /** Permission bits, with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of the body. 0 for everything but files. */
  readonly size: number;
  /** Whole seconds since 1970, rounded down; may be negative. */
  readonly mtime: number;
  /** What `mtime` rounded off, in nanoseconds: 0 to 999999999. */
  readonly nanoseconds: number;
  /** The target of a hard link or symlink, else empty. */
  readonly linkname: string;
  readonly uname: string;
  readonly gname: string;
  readonly devmajor: number;
  readonly devminor: number;
  /** PAX records that are not one of the fields above (xattrs, …), key to value, both bytes. */
  readonly pax: ReadonlyMap<string, string>;
}

/**
 * The content of an entry: nothing, its bytes, a place that can be read at any time, or a stream that can be
 * read once. Whoever takes an entry out of the stream consumes a stream body; whoever passes it on leaves it alone.
 */
export type Body = undefined | Buffer | Place | Readable;

/** The one type that flows. */
export interface Entry {
  readonly header: Header;
  readonly body: Body;
  /** The header blocks as they stood in the source. Left out as soon as the header is not what they say. */
  readonly raw?: Buffer;
  /** Where `raw` stands, directly before the body, when the source can be read at any time. */
  readonly place?: Place;
}

/** Bodies up to this size are one buffer; larger ones are places or streams. The one bound on content in memory. */
export const SMALL = 64 * 1024;

/** No PAX records. */
export const noPax: ReadonlyMap<string, string> = new Map();

/** A header with the plain value in each field that is not given: root's, from 1970, with nothing special. */
export function header(fields: Partial<Header> & Pick<Header, 'name' | 'type' | 'mode'>): Header {
  return {
    uid: 0,
    gid: 0,
    size: 0,
    mtime: 0,
    nanoseconds: 0,
    linkname: '',
    uname: '',
    gname: '',
    devmajor: 0,
    devminor: 0,
    pax: noPax,
    ...fields,
  };
}

/** The same entry with another header; its body is untouched and its raw blocks, being wrong now, are left out. */
export function withHeader(entry: Entry, fields: Partial<Header>): Entry {
  return { header: { ...entry.header, ...fields }, body: entry.body };
}
