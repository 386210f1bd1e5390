import { JSON_LIMIT } from '../bytes/limits.ts';
import { isPlace, type Place } from '../bytes/place.ts';
import { contentOf, gather } from '../entries/body.ts';
import { entriesAt } from '../tar/unpack.ts';
import { archiveNames } from './archive-names.ts';
import { type ImageSource, withFewDocuments } from './source.ts';

/** The files of an archive that can be read at any time. Links are followed inside the archive. */
export function archiveSource(archive: Place): ImageSource<Place> {
  const { name } = archive;
  const files = archiveNames<Place>(name);
  for (const { header, body } of entriesAt(archive)) files.add(header, isPlace(body) ? body : { ...archive, size: 0 });
  const find = (path: string): Place | undefined => {
    const file = files.find(path);
    return file && { ...file, name: `${name}: ${path}` };
  };
  return withFewDocuments({
    name,
    async document(path) {
      const file = find(path);
      return file && gather(contentOf(file), JSON_LIMIT, file.name);
    },
    blob: async (path) => find(path),
    has: async (path) => find(path) !== undefined,
    close: () => Promise.resolve(),
  });
}
