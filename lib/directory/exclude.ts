import ignore from 'ignore';
import { fromText } from '../entries/names.ts';

/** The library remembers every name that it was asked about: after as many it starts anew. */
const REMEMBERED = 4096;

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
  let lookups = 0;
  return (name) => {
    if (++lookups % REMEMBERED === 0) matcher = start();
    return matcher.ignores(name);
  };
}
