import type { Entry } from '../lib/entries/entry.ts';
import { archiveEntries } from '../lib/image/archive-entries.ts';
import type { ImageIndex } from '../lib/image/image.ts';
import type { Tagged } from '../lib/image/reference.ts';
import { type Flow, flow } from '../lib/streams/flow.ts';

/**
 * An index in, the entries of an OCI archive of all its images out.
 *
 * @param time the mtime of the entries in seconds
 */
export function archiveIndex({ tags, time }: { tags: readonly Tagged[]; time: number }): Flow<ImageIndex, Entry> {
  return flow<ImageIndex, Entry>(
    async function* (indexes) {
      for await (const { index, documents, blobs } of indexes) {
        yield* archiveEntries({ root: index, tags, documents, blobs }, time);
      }
    },
    { from: 'objects', to: 'objects' },
  );
}
