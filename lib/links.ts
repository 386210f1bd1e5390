import { FormatError } from './errors.ts';
import { compare, toText } from './names.ts';

/** The names by which hard links take a file of a layer that is not given along, before it goes from where it is. */
export interface Taken {
  readonly target: string;
  readonly names: readonly string[];
}

/**
 * Chooses for each file the name that is linked first, and puts these into an order in which none takes the place of
 * what another is still to be linked to.
 */
export function firstNames(files: readonly Taken[]): { path: string; target: string }[] {
  /** By path: how many files that are not linked yet are there or below. */
  const needed = new Map<string, number>();
  for (const { target } of files) for (const path of upwards(target)) needed.set(path, (needed.get(path) ?? 0) + 1);
  const byName = new Map<string, Taken>();
  const chosen = new Map<Taken, string>();
  for (const file of files.toSorted((a, b) => compare(a.target, b.target))) {
    for (const name of file.names) byName.set(name, file);
    const free = file.names.toSorted(compare).find((name) => !needed.has(name));
    if (free !== undefined) chosen.set(file, free);
  }
  // It grows while it is walked.
  for (const [{ target }] of chosen) {
    for (const path of upwards(target)) {
      const left = (needed.get(path) ?? 0) - 1;
      needed.set(path, left);
      const freed = left === 0 ? byName.get(path) : undefined;
      if (freed && !chosen.has(freed)) chosen.set(freed, path);
    }
  }
  for (const file of files) {
    if (chosen.has(file)) continue;
    throw new FormatError(
      `${file.names.map(toText).join(', ')}: a hard link to ${toText(file.target)}, in a circle of links that replace each other`,
    );
  }
  return [...chosen].map(([{ target }, path]) => ({ path, target }));
}

/** A path and the directories above it. */
function* upwards(path: string): Generator<string> {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) yield path.slice(0, end);
}
