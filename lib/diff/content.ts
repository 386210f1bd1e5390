import { createHash } from 'node:crypto';
import { type Digest, finish } from '../bytes/digest.ts';
import { PATCH_LIMIT } from '../bytes/limits.ts';
import { isPlace, type Place, readNow, within } from '../bytes/place.ts';
import { contentOf } from '../entries/body.ts';
import type { Body, Entry } from '../entries/entry.ts';
import { CHUNK, giveBack } from '../memory/loans.ts';

/** The content of a file that differs from another's. */
export interface Content {
  readonly digest: Digest;
  readonly size: number;
  /** The bytes, where they are few and were asked for. */
  readonly bytes: Buffer | undefined;
}

/**
 * The contents of two files where they differ; undefined where they are the same. Places are compared as they are, and only
 * those that differ are hashed; streams are hashed as they flow by.
 *
 * @param wanted whether the bytes are wanted too
 */
export async function differentContents(
  before: Entry,
  after: Entry,
  wanted: boolean,
): Promise<[before: Content, after: Content] | undefined> {
  const [one, two] = [before.body, after.body];
  const isSameSize = before.header.size === after.header.size;
  if (isSameSize && isPlace(one) && isPlace(two) && (await samePlaces(one, two))) return undefined;
  if (isSameSize && Buffer.isBuffer(one) && Buffer.isBuffer(two) && one.equals(two)) return undefined;
  const first = await read(before, wanted);
  const second = await read(after, wanted);
  return first.digest === second.digest ? undefined : [first, second];
}

/** Whether two places of one size have the same bytes. */
export async function samePlaces(one: Place, two: Place): Promise<boolean> {
  if (one.fd === two.fd && one.offset === two.offset) return true;
  for (let at = 0; at < one.size; at += CHUNK) {
    const size = Math.min(CHUNK, one.size - at);
    const [a, b] = buffers();
    const same = readNow(within(one, at, size), a.subarray(0, size)).equals(
      readNow(within(two, at, size), b.subarray(0, size)),
    );
    if (!same) return false;
    // Signals have their turn.
    if (size === CHUNK) await new Promise((resume) => setImmediate(resume));
  }
  return true;
}

let pair: [Buffer, Buffer] | undefined;

/** The same two again: nobody keeps them, and no two comparisons are under way at a time between two turns. */
function buffers(): [Buffer, Buffer] {
  pair ??= [Buffer.allocUnsafeSlow(CHUNK), Buffer.allocUnsafeSlow(CHUNK)];
  return pair;
}

async function read({ header: { size }, body }: Entry, wanted: boolean): Promise<Content> {
  const hash = createHash('sha256');
  const isKept = wanted && size <= PATCH_LIMIT;
  const parts: Buffer[] = [];
  for await (const chunk of contentOf(body as Body)) {
    hash.update(chunk);
    if (isKept) parts.push(Buffer.from(chunk));
    giveBack(chunk);
  }
  return { digest: finish(hash), size, bytes: isKept ? Buffer.concat(parts) : undefined };
}
