import { FormatError } from '../errors.ts';
import { compare, toText } from '../names.ts';

/** The names by which hard links take a file of a layer that is not given along, before it goes from where it is. */
export interface Taken {
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
 * what another is still to be linked to.
 */
export function firstNames(files: readonly Taken[]): FirstName[] {
  /** Files that are not linked yet, by where they are, and how many are there or below a path. */
  const targets = new Set(files.map(({ target }) => target));
  const needed = new Map<string, number>();
  const count = (target: string, by: number): void => {
    for (const path of [target, ...above(target)]) needed.set(path, (needed.get(path) ?? 0) + by);
  };
  for (const target of targets) count(target, 1);
  const isFree = (name: string): boolean => {
    return !needed.get(name) && ![...above(name)].some((directory) => targets.has(directory));
  };

  const chosen: FirstName[] = [];
  let left = files.toSorted((a, b) => compare(a.target, b.target));
  while (left.length > 0) {
    const waiting = left.filter(({ target, names }) => {
      const path = names.toSorted(compare).find(isFree);
      if (path === undefined) return true;
      chosen.push({ path, target });
      targets.delete(target);
      count(target, -1);
      return false;
    });
    if (waiting.length === left.length) throw circle(waiting);
    left = waiting;
  }
  return chosen;
}

function circle(files: readonly Taken[]): FormatError {
  const told = files.map(({ target, names }) => `${names.map(toText).join(', ')} to ${toText(target)}`);
  return new FormatError(`has hard links that replace each other's files: ${told.join('; ')}`);
}

function* above(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) yield path.slice(0, end);
}
