import type { Entry } from '../lib/entries/entry.ts';
import { pathOf } from '../lib/entries/paths.ts';
import { lostNames } from '../lib/stack/lost-names.ts';
import { type Flow, flow } from '../lib/streams/flow.ts';

/**
 * Takes entries out. A hard link to a file that goes carries its content, and further links lead to that one: so the
 * content of what goes is kept to the end, in its own input or, where that flows by, in a temporary file.
 *
 * @param isChosen tells by the path; a directory's ends in a slash
 */
export function deleting(isChosen: (path: string) => boolean): Flow<Entry, Entry> {
  return flow<Entry, Entry>(
    async function* (entries) {
      const { lose, keep } = lostNames();
      for await (const entry of entries) {
        if (isChosen(pathOf(entry.header))) await lose(entry);
        else yield await keep(entry);
      }
    },
    { from: 'objects', to: 'objects' },
  );
}
