import { type Entry, withHeader } from '../lib/entries/entry.ts';
import type { Flow } from '../lib/streams/flow.ts';
import { mapEach } from '../lib/streams/map-each.ts';

/**
 * Sets times after a moment to that moment, as SOURCE_DATE_EPOCH asks for.
 *
 * @param latest in seconds since 1970; without one everything goes through as it is
 */
export function clampTimes(latest: number | undefined): Flow<Entry, Entry> {
  return mapEach((entry: Entry) => {
    const { mtime, nanoseconds } = entry.header;
    if (latest === undefined || mtime < latest || (mtime === latest && nanoseconds === 0)) return entry;
    return withHeader(entry, { mtime: latest, nanoseconds: 0 });
  });
}
