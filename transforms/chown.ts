import type { Transform } from 'node:stream';
import { withHeader } from '../lib/entries/entry.ts';
import { owner } from '../lib/entries/owner.ts';
import { select } from '../lib/streams/map.ts';

/** Gives every entry to one owner. */
export function chown(uid: number, gid: number): Transform {
  const to = owner(uid, gid);
  return select((entry) => withHeader(entry, to));
}
