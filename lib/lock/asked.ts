import { FormatError } from '../errors.ts';
import { canonicalName } from '../python/metadata.ts';

/** What a lock has to be asked for. */
type Kind = 'extra' | 'group';

/** Names as they are compared, each of which the lock must have; one that it has not is a FormatError. */
export function asked(kind: Kind, names: readonly string[], known: Iterable<string>): Set<string> {
  const has = new Set([...known].map(canonicalName));
  for (const name of names) {
    if (has.has(canonicalName(name))) continue;
    const others = has.size === 0 ? `it has no ${kind}s` : `it has ${[...has].sort().join(', ')}`;
    throw new FormatError(`has no ${kind} ${JSON.stringify(name)}: ${others}`);
  }
  return new Set(names.map(canonicalName));
}
