import ignore from 'ignore';
import { fromText } from './names.ts';

/** The library remembers every name that it was asked about: after as many bytes it starts anew. */
const REMEMBERED = 512 * 1024;
/** Beside a name itself. */
const OVERHEAD = 64;

/**
 * Tells what patterns exclude, as those of a .gitignore (gitignore(5)) at the top would; the last one that matches
 * counts. As in git, `?` and `[ ]` stand for bytes.
 *
 * @param patterns texts
 */
export function excluding(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.length === 0) return () => false;
  const rules = patterns.map(fromText);
  const start = () => ignore({ ignorecase: false, allowRelativePaths: true }).add(rules);
  let matcher = start();
  let remembered = 0;
  return (name) => {
    remembered += OVERHEAD + name.length;
    if (remembered > REMEMBERED) {
      matcher = start();
      remembered = 0;
    }
    return matcher.ignores(name);
  };
}

/** Patterns that remember which of them have matched anything yet. */
export interface Globs {
  /** Whether they choose a path; a directory's ends in a slash, and the root, which is empty, is never chosen. */
  choose(path: string): boolean;
  /** Those that have matched nothing so far, whatever became of it by the others. */
  unmatched(): string[];
}

/** Patterns as of a .gitignore: the last one that matches counts, and `!` takes back. */
export function globs(patterns: readonly string[]): Globs {
  const isChosen = excluding(patterns);
  let waiting = patterns.map((pattern) => ({ pattern, matches: excluding([pattern.replace(/^!/, '')]) }));
  return {
    choose(path) {
      if (path === '') return false;
      if (waiting.length > 0) waiting = waiting.filter(({ matches }) => !matches(path));
      return isChosen(path);
    },
    unmatched: () => waiting.map(({ pattern }) => pattern),
  };
}
