import type { Entry } from '../lib/entries/entry.ts';
import { parentsOf, pathOf } from '../lib/entries/paths.ts';
import { lostNames } from '../lib/stack/lost-names.ts';
import { type Flow, flow } from '../lib/streams/flow.ts';

/**
 * Leaves only some entries in, with the headers of their parents, which wait until something below them comes. Hard links
 * to what goes carry its content, as in `deleting`.
 *
 * @param isChosen tells by the path; a directory's ends in a slash
 */
export function keep(isChosen: (path: string) => boolean): Flow<Entry, Entry> {
  return flow<Entry, Entry>(
    async function* (entries) {
      const names = lostNames();
      const waiting = new Map<string, Entry>();
      /** Directories that something was kept of: a header may come after what is below it. */
      const wanted = new Set<string>();
      for await (const entry of entries) {
        const path = pathOf(entry.header);
        if (isChosen(path)) {
          for (const parent of parentsOf(path)) {
            const header = waiting.get(parent);
            if (header) yield header;
            waiting.delete(parent);
            wanted.add(parent);
          }
          yield await names.keep(entry);
        } else if (entry.header.type !== 'directory') {
          await names.lose(entry);
        } else if (wanted.has(path)) {
          yield entry;
        } else {
          waiting.set(path, entry);
        }
      }
    },
    { from: 'objects', to: 'objects' },
  );
}
