import type { RequestListener } from 'node:http';

/*
 * A case: an input that a stranger may send, made by a few lines of a generator, and what must happen with it. Nothing
 * here knows of the program; the table (table.ts) runs every command on every case that can reach it.
 */

/** What an input is given as; the table of commands says which of them take it. */
export type Kind =
  | 'layer'
  | 'image'
  | 'layout'
  | 'wheel'
  | 'platform-file'
  | 'lock'
  | 'directory'
  | 'registry'
  | 'upload';

/** What must be there afterwards, where the input is taken. */
export interface Result {
  /** The names in the layer that `squash` makes, all of them and in this order; `?` begins one that may be missing. */
  readonly entries?: readonly string[];
  /** Names that must be in the output among others. */
  readonly has?: readonly string[];
  /** Names that must not. */
  readonly lacks?: readonly string[];
  /** What is told of some entries of a layer. */
  readonly facts?: Readonly<Record<string, Partial<Fact>>>;
  /** What must stand in an output that is text. */
  readonly text?: RegExp;
}

export interface Fact {
  readonly type: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds, with the fraction that a PAX record tells. */
  readonly mtime: string;
  readonly target: string;
  readonly content: string;
  /** A PAX record, as `KEY=VALUE`. */
  readonly record: string;
}

export type Must =
  | { readonly kind: 'refused'; readonly words: RegExp }
  | { readonly kind: 'taken'; readonly result: Result }
  /** The contract leaves it open, or the limits do: whatever is done must keep the invariants. */
  | { readonly kind: 'either'; readonly words: RegExp; readonly result: Result };

export type Bytes = Buffer | Iterable<Buffer>;

export interface Case {
  readonly name: string;
  /** The test that it belongs to. */
  readonly group: string;
  readonly kind: Kind;
  /** The input, made anew whenever it is needed: a file's bytes, a folder's content, or what a server answers. */
  readonly file?: () => Bytes;
  readonly folder?: (path: string) => void;
  readonly serve?: () => RequestListener;
  /** The file's own name, where it matters. */
  readonly fileName?: string;
  readonly must: Must;
  /** By the name of a command, or a command and a form (`squash from pipe`), where something else must happen. */
  readonly but?: Readonly<Record<string, Must | 'skip'>>;
  /** The tool or the specification that says so. */
  readonly says: string;
  /** How many bytes the input honestly stands for, where that is more than its own size. */
  readonly honest?: number;
  /** Its output goes to the null device, since it is large and says nothing: what the disk holds then is temporary. */
  readonly discard?: boolean;
  /** A program that the input needs to be made, or a condition as `peers` knows it. */
  readonly needs?: readonly string[];
}

export const refused = (words: RegExp): Must => ({ kind: 'refused', words });
export const taken = (result: Result = {}): Must => ({ kind: 'taken', result });
/** A layer of just these names. */
export const holding = (...entries: string[]): Must => taken({ entries });
export const either = (words: RegExp = /./, result: Result = {}): Must => ({ kind: 'either', words, result });

/** What only squash minds: the other commands carry such a layer, or tell what is in it; filter looks at paths too. */
export const carried: Readonly<Record<string, Must>> = {
  image: taken(),
  inspect: taken(),
  'inspect --list': taken(),
  filter: either(),
  'diff layers': either(),
};

export type Row = readonly [
  name: string,
  file: () => Bytes,
  must: Must,
  says: string,
  more?: Partial<Case> | undefined,
];

/** Cases of one group and kind, a row each. */
export function cases(group: string, kind: Kind, rows: readonly Row[]): Case[] {
  return rows.map(([name, file, must, says, more]) => ({ name, group, kind, file, must, says, ...more }));
}

/** An input whose parts are too large to be in memory at once, or come again and again. */
export function* repeated(part: Buffer, times: number): Generator<Buffer> {
  const batch = Math.max(1, Math.floor(65536 / part.length));
  const several = Buffer.concat(Array.from({ length: batch }, () => part));
  for (let left = times; left > 0; left -= batch)
    yield left >= batch ? several : several.subarray(0, left * part.length);
}

export function* joined(...parts: readonly Bytes[]): Generator<Buffer> {
  for (const part of parts) {
    if (Buffer.isBuffer(part)) yield part;
    else yield* part;
  }
}
