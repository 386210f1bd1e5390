import { FormatError } from '../errors.ts';
import type { Header } from './entry.ts';
import { toText } from './names.ts';
import { pathOf, targetOf } from './paths.ts';

/** Follows the hard links of a layer, entry by entry: the path under which the file of each came first. */
export function firstNames(): (header: Header) => string {
  const byLink = new Map<string, string>();
  return (header) => {
    const path = pathOf(header);
    if (header.type !== 'link') {
      if (byLink.size > 0) byLink.delete(path);
      return path;
    }
    const target = targetOf(header);
    const first = byLink.get(target) ?? target;
    byLink.set(path, first);
    return first;
  };
}

/**
 * Chooses the entries of a layer by their paths, all names of a file alike: by the first, since its header is the file's and
 * goes out before the others are seen. That only a later one is chosen is a FormatError.
 */
export function chooseFiles(isChosen: (path: string) => boolean): (header: Header) => boolean {
  const firstName = firstNames();
  return (header) => {
    const first = firstName(header);
    const chosen = isChosen(first);
    if (chosen || header.type !== 'link' || !isChosen(pathOf(header))) return chosen;
    const path = pathOf(header);
    throw new FormatError(`${toText(path)} is another name of ${toText(first)}, which would have to change as well`);
  };
}
