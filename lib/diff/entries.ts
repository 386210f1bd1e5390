import { drop } from '../entries/body.ts';
import type { Entry, Header } from '../entries/entry.ts';
import { firstNames } from '../entries/first-names.ts';
import { toText } from '../entries/names.ts';
import { pathOf } from '../entries/paths.ts';
import { baseName, isWhiteout } from '../entries/whiteout.ts';
import { timeText } from '../inspect/listing.ts';
import { canonical } from '../tar/canonical.ts';
import { type Change, type Choice, type FieldChange, isPyc, type Kind } from './change.ts';
import { differentContents } from './content.ts';
import { merge, type Ordered, type Pair } from './merge.ts';
import { patchOf } from './patch.ts';

/** What two sides came to at a path. */
export interface Comparison {
  /** What is told; nothing where it is ignored. */
  readonly change: Change | undefined;
  /** Whether all there is was looked at and is the same. */
  readonly isSame: boolean;
}

/** Compares two ordered streams of entries, path by path. */
export async function* compareEntries(before: Ordered, after: Ordered, choice: Choice): AsyncGenerator<Comparison> {
  const [firstBefore, firstAfter] = [firstNames(), firstNames()];
  for await (const pair of merge(before, after)) {
    const links: Links = {
      before: pair.before && firstBefore(pair.before.header),
      after: pair.after && firstAfter(pair.after.header),
    };
    const path = pathOf((pair.after ?? pair.before)!.header);
    const isLeftOut = !choice.isWanted(path) || (choice.ignored.has('pyc') && isPyc(path));
    if (!isLeftOut) yield await comparePair(pair, path, links, choice);
    else yield { change: undefined, isSame: false };
    // What nobody has read flows by.
    if (pair.before) drop(pair.before);
    if (pair.after) drop(pair.after);
  }
}

interface Links {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

async function comparePair({ before, after }: Pair, path: string, links: Links, choice: Choice): Promise<Comparison> {
  if (before === undefined || after === undefined) {
    const sign = before === undefined ? '+' : '-';
    return { change: { sign, about: 'path', name: path, fields: [] }, isSame: false };
  }
  // All that a whiteout says is its name.
  if (isWhiteout(baseName(path))) return { change: undefined, isSame: true };
  const all = [...headerChanges(canonical(before.header), canonical(after.header), links)];
  const { fields: contents, patch } = await contentChanges(before, after, path, choice);
  const found = [...all, ...contents];
  const fields = found.filter(({ kind }) => !choice.ignored.has(kind));
  const isSame = found.length === 0 && !choice.ignored.has('content');
  if (fields.length === 0) return { change: undefined, isSame };
  return { change: { sign: '~', about: 'path', name: path, fields, patch }, isSame };
}

function* headerChanges(one: Header, two: Header, links: Links): Generator<FieldChange> {
  const field = (kind: Kind, name: string, from: string, to: string): FieldChange[] => {
    return from === to ? [] : [{ kind, field: name, from, to }];
  };
  const quoted = (text: string): string => `"${toText(text)}"`;
  yield* field('type', 'type', one.type, two.type);
  yield* field('mode', 'mode', octal(one.mode), octal(two.mode));
  yield* field('owner', 'uid', `${one.uid}`, `${two.uid}`);
  yield* field('owner', 'gid', `${one.gid}`, `${two.gid}`);
  yield* field('owner', 'uname', quoted(one.uname), quoted(two.uname));
  yield* field('owner', 'gname', quoted(one.gname), quoted(two.gname));
  yield* field('mtime', 'mtime', timeOf(one), timeOf(two));
  yield* field('link', 'link', target(one, links.before), target(two, links.after));
  yield* field('device', 'device', device(one), device(two));
  const keys = [...new Set([...one.pax.keys(), ...two.pax.keys()])].sort();
  for (const key of keys) {
    const [from, to] = [one.pax.get(key), two.pax.get(key)];
    if (from !== to) yield { kind: 'xattr', field: attribute(key), from: from && quoted(from), to: to && quoted(to) };
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function timeOf({ mtime, nanoseconds }: Header): string {
  const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}`;
  return timeText(mtime) + fraction;
}

/** A hard link by the name that its file has first: which of its other names it leads to means nothing. */
function target({ type, linkname }: Header, first: string | undefined): string {
  if (type === 'link') return toText(first ?? linkname);
  return type === 'symlink' ? toText(linkname) : '';
}

function device({ type, devmajor, devminor }: Header): string {
  return type === 'character-device' || type === 'block-device' ? `${devmajor},${devminor}` : '';
}

function attribute(key: string): string {
  const name = /^SCHILY\.xattr\.(.*)$/s.exec(key)?.[1];
  return name === undefined ? `record ${toText(key)}` : `xattr ${toText(name)}`;
}

async function contentChanges(
  before: Entry,
  after: Entry,
  path: string,
  { ignored, patch }: Choice,
): Promise<{ fields: FieldChange[]; patch?: string | undefined }> {
  const areFiles = before.header.type === 'file' && after.header.type === 'file';
  if (!areFiles || ignored.has('content')) return { fields: [] };
  const contents = await differentContents(before, after, patch);
  if (contents === undefined) return { fields: [] };
  const [one, two] = contents;
  const about = ({ size, digest }: typeof one) => ({ size, digest });
  return {
    fields: [{ kind: 'content', field: 'content', from: about(one), to: about(two) }],
    patch: patch ? patchOf(path, one.bytes, two.bytes) : undefined,
  };
}
