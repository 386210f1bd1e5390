import { compare, toText } from '../entries/names.ts';
import { FormatError } from '../errors.ts';

/** A file of a layer that is not given, and the hard links by which it survives when it goes from where it is. */
export interface LinkedFile {
  readonly target: string;
  readonly names: readonly string[];
}

/** The name that a file is linked to first. */
export interface FirstName {
  readonly path: string;
  readonly target: string;
}

/**
 * Chooses for each file the name that is linked first, and puts these into an order in which none takes the place of
 * what another is still to be linked to. That there is no such order is a FormatError.
 */
export function linkOrder(files: readonly LinkedFile[]): FirstName[] {
  /** Where files are that are not linked yet, and how many of them are there or below a path. */
  const targets = new Set(files.map(({ target }) => target));
  const needed = new Map<string, number>();
  for (const target of targets) {
    for (const path of [target, ...above(target)]) needed.set(path, (needed.get(path) ?? 0) + 1);
  }
  const chosen: FirstName[] = [];
  /** Names that cannot be made yet, by one of the paths that they wait for. */
  const waiting = new Map<string, FirstName[]>();
  const names = files
    .toSorted((a, b) => compare(a.target, b.target))
    .flatMap(({ target, names }) => names.toSorted(compare).map((path) => ({ path, target })));

  /** What would be lost if there were something at a path: a file there or below, or one above it. */
  function obstacle(path: string): string | undefined {
    if (needed.get(path)) return path;
    for (const directory of above(path)) if (targets.has(directory)) return directory;
    return undefined;
  }

  // It grows while it is walked.
  for (const name of names) {
    if (!targets.has(name.target)) continue;
    const path = obstacle(name.path);
    if (path !== undefined) {
      const others = waiting.get(path);
      if (others) others.push(name);
      else waiting.set(path, [name]);
      continue;
    }
    chosen.push(name);
    targets.delete(name.target);
    for (const freed of [name.target, ...above(name.target)]) {
      needed.set(freed, (needed.get(freed) ?? 0) - 1);
      if (needed.get(freed) && freed !== name.target) continue;
      for (const next of waiting.get(freed) ?? []) names.push(next);
      waiting.delete(freed);
    }
  }
  const [stuck] = targets;
  if (stuck !== undefined) {
    throw new FormatError(`has hard links that replace each other's files in a circle: one is to ${toText(stuck)}`);
  }
  return chosen;
}

/** The directories of a path, the nearest first. */
function* above(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) yield path.slice(0, end);
}
