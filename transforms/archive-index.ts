import type { Duplex } from 'node:stream';
import type { Entry } from '../lib/entries/entry.ts';
import { flow } from '../lib/streams/flow.ts';
import { archiveEntries } from '../lib/image/archive-entries.ts';
import type { Index } from '../lib/image/image.ts';
import type { Tagged } from '../lib/image/reference.ts';

/** An index in, the entries of an OCI archive of all its images out. */
export function archiveIndex({ tags, time }: { tags: readonly Tagged[]; time: number }): Duplex {
  return flow<Index, Entry>(
    async function* (indexes) {
      for await (const { raw, documents, blobs } of indexes) {
        yield* archiveEntries({ root: raw, tags, documents, layers: blobs }, time);
      }
    },
    { from: 'objects', to: 'objects' },
  );
}
