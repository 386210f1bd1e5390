import { drop } from '../entries/body.ts';
import { type Entry, header } from '../entries/entry.ts';
import { pathOrder } from '../entries/path-order.ts';
import { pathOf } from '../entries/paths.ts';
import { type Flow, flow } from '../streams/flow.ts';

/**
 * Puts a whiteout where it belongs in the order of layers: before all that could stand below it, wherever that comes. One
 * that is there already is replaced.
 *
 * @param name its path
 * @param time its mtime in seconds
 */
export function insertWhiteout(name: string, time: number): Flow<Entry, Entry> {
  const order = pathOrder(name);
  const own: Entry = { header: header({ name, type: 'file', mode: 0o644, mtime: time }), body: undefined };
  return flow<Entry, Entry>(
    async function* (entries) {
      let isWritten = false;
      for await (const entry of entries) {
        if (!isWritten && pathOrder(entry.header.name) > order) {
          isWritten = true;
          yield own;
        }
        if (pathOf(entry.header) === name) drop(entry);
        else yield entry;
      }
      if (!isWritten) yield own;
    },
    { from: 'objects', to: 'objects' },
  );
}
