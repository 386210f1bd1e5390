import { drop } from '../entries/body.ts';
import { type Entry, withHeader } from '../entries/entry.ts';
import { withoutEnd } from '../entries/names.ts';
import { pathOf, targetOf } from '../entries/paths.ts';
import { records as newRecords } from './records.ts';

/** Names that a layer loses while it flows. Of a file that has others the next one carries the content. */
export interface LostNames {
  /** Takes an entry out of the layer. Its content is kept: a hard link to it may come. */
  lose(entry: Entry): void | Promise<void>;
  /** An entry that stays, as it has to be now: a hard link to what was lost carries it, or leads to the one that does. */
  keep(entry: Entry): Entry | Promise<Entry>;
}

/** A file under a name that is lost. */
interface LostFile {
  /** Of its header and content; undefined where the layer still has it under another name. */
  readonly record: number | undefined;
  /** The name that it has now. */
  name: string | undefined;
}

export function lostNames(): LostNames {
  const records = newRecords();
  const lost = new Map<string, LostFile>();
  /** Those that have a name again, by that. */
  const carried = new Map<string, LostFile>();

  /** What comes under a name takes it away from the file that had it. */
  function replace(path: string): void {
    if (carried.size === 0) return;
    const file = carried.get(path);
    if (file) file.name = undefined;
    carried.delete(path);
  }

  async function carry(entry: Entry, path: string, file: LostFile, record: number): Promise<Entry> {
    // What came by in a stream has been copied, and can be read when all of that is written.
    await records.settled();
    file.name = path;
    carried.set(path, file);
    // The name of a link may end in a slash, and that of a file would make it a directory.
    const name = withoutEnd(entry.header.name, '/');
    return { header: records.header(record, name), body: records.body(record) };
  }

  return {
    lose(entry) {
      const { header } = entry;
      const path = pathOf(header);
      if (header.type === 'directory') return drop(entry);
      const target = header.type === 'link' ? targetOf(header) : undefined;
      replace(path);
      if (target !== undefined) {
        lost.set(path, lost.get(target) ?? { record: undefined, name: target });
        return;
      }
      const note = (record: number): void => void lost.set(path, { record, name: undefined });
      const record = records.add(entry);
      return typeof record === 'number' ? note(record) : record.then(note);
    },
    keep(entry) {
      if (lost.size === 0) return entry;
      const { header } = entry;
      const path = pathOf(header);
      const file = header.type === 'link' ? lost.get(targetOf(header)) : undefined;
      replace(path);
      lost.delete(path);
      if (file === undefined) return entry;
      if (file.name !== undefined) return withHeader(entry, { linkname: file.name });
      return file.record === undefined ? entry : carry(entry, path, file, file.record);
    },
  };
}
