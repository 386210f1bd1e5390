import { FormatError } from '../errors.ts';
import type { Header } from './entry.ts';
import { toText } from './names.ts';
import { pathOf, targetOf } from './paths.ts';

/**
 * Chooses the entries of a layer by their paths, all names of a file alike: by the first, since its header is the file's and
 * goes out before the others are seen. That only a later one is chosen is a FormatError.
 */
export function chooseFiles(isChosen: (path: string) => boolean): (header: Header) => boolean {
  /** Of each hard link the name that its file had first. */
  const firstNames = new Map<string, string>();
  return (header) => {
    const path = pathOf(header);
    if (header.type !== 'link') {
      if (firstNames.size > 0) firstNames.delete(path);
      return isChosen(path);
    }
    const target = targetOf(header);
    const first = firstNames.get(target) ?? target;
    firstNames.set(path, first);
    const chosen = isChosen(first);
    if (chosen || !isChosen(path)) return chosen;
    throw new FormatError(`${toText(path)} is another name of ${toText(first)}, which would have to change as well`);
  };
}
