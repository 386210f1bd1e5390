import { eq, explain, gt, lt, satisfies, validRange } from '@renovatebot/pep440';
import { FormatError } from '../errors.ts';
import type { Operator, Variable } from './marker.ts';

/** The variables that are versions, where what they are held against is one. */
const versions: ReadonlySet<Variable> = new Set<Variable>([
  'python_version',
  'python_full_version',
  'implementation_version',
  'platform_release',
]);

/** Holds two texts against each other, the one that stands on the left first, as `packaging` does. */
export function compares(variable: Variable, left: string, operator: Operator, right: string): boolean {
  if (operator === 'in') return right.includes(left);
  if (operator === 'not in') return !right.includes(left);
  if (versions.has(variable) && isSpecifier(operator, right)) return fulfils(left, operator, right.trim());
  switch (operator) {
    case '==':
    case '<=':
    case '>=':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
    case '>':
      return false;
    default:
      throw new FormatError(`a marker holds ${JSON.stringify(left)} against ${JSON.stringify(right)} with ${operator}`);
  }
}

function isSpecifier(operator: Operator, version: string): boolean {
  // Arbitrary equality takes any word, and none.
  if (operator === '===') return /^\s*[^\s;)]*\s*$/.test(version);
  return !version.includes(',') && version.trim() !== '' && validRange(`${operator}${version}`);
}

/** A number that the library does not hold exactly; that of a local version, behind `+`, it need not. */
const HUGE = /^[^+]*[0-9]{16}/;

/** PEP 440, "Version specifiers". */
function fulfils(version: string, operator: Operator, wanted: string): boolean {
  for (const text of [version, wanted]) {
    if (HUGE.test(text)) throw new FormatError(`a marker names ${JSON.stringify(text)}, a version of too many digits`);
  }
  if (operator === '===') return version.toLowerCase() === wanted.toLowerCase();
  const [own, other] = [explain(version), explain(wanted)];
  if (!own) return false;
  if (other && (operator === '<' || operator === '>')) return isBeyond(own, operator, other);
  return satisfies(padded(version, wanted), `${operator}${wanted}`, { prereleases: true });
}

type Explained = NonNullable<ReturnType<typeof explain>>;

/** "Exclusive ordered comparison": what comes just before or after a release is not beyond it. */
function isBeyond(own: Explained, operator: '<' | '>', wanted: Explained): boolean {
  const isSameBase = eq(own.base_version, wanted.base_version);
  if (operator === '<') {
    return lt(own.public, wanted.public) && !(isSameBase && own.is_prerelease && !wanted.is_prerelease);
  }
  return gt(own.public, wanted.public) && !(isSameBase && own.is_postrelease && !wanted.is_postrelease);
}

/** A version that is shorter than a prefix ends in zeros: 3.12 is one of 3.12.0.*. */
function padded(version: string, wanted: string): string {
  if (!wanted.endsWith('.*') || !/^[0-9.]+$/.test(version)) return version;
  const missing = wanted.split('.').length - 1 - version.split('.').length;
  return missing > 0 ? version + '.0'.repeat(missing) : version;
}
