import type { Transform } from 'node:stream';
import { withHeader } from '../lib/entries/entry.ts';
import { select } from '../lib/streams/map.ts';

/** Sets times after a moment to that moment (SOURCE_DATE_EPOCH); without one, lets everything through. */
export function clampTimes(latest: number | undefined): Transform {
  return select((entry) => {
    const { mtime, nanoseconds } = entry.header;
    if (latest === undefined || mtime < latest || (mtime === latest && nanoseconds === 0)) return entry;
    return withHeader(entry, { mtime: latest, nanoseconds: 0 });
  });
}
