import { FormatError, InputError } from '../errors.ts';
import { canonicalName } from '../python/metadata.ts';
import { possibleVersions } from '../python/requires-python.ts';
import { type Target, USUAL, versionText } from '../python/target.ts';
import { compares } from './compare.ts';
import type { Comparison, Marker, Variable } from './marker.ts';

/** A set of normalized names. */
export interface Names {
  has(name: string): boolean;
}

/** What markers are evaluated for: the Python that will run, and never the machine that this runs on. */
export interface Environment {
  /** What it is called in errors. */
  readonly name: string;
  /** The variables that are known; of those that depend on the patch level, where it is not, none. */
  readonly variables: ReadonlyMap<Variable, string>;
  /** All that python_full_version may be. */
  readonly versions: readonly string[];
  /** What was asked for, by normalized names; undefined where the lock has no such set. */
  readonly sets: Readonly<Record<'extra' | 'extras' | 'dependency_groups', Names | undefined>>;
}

/** The environment of a CPython on Linux (packaging.python.org, "Dependency specifiers"), with no sets yet. */
export function environmentOf(target: Target): Environment {
  const { name, version, architecture } = target;
  if (version === undefined) {
    throw new InputError(name, 'does not tell the version of its Python', 'add Version: "3.11.2" or the like');
  }
  return {
    name,
    variables: new Map<Variable, string>([
      ['python_version', versionText(version)],
      ['os_name', 'posix'],
      ['sys_platform', 'linux'],
      ['platform_system', 'Linux'],
      ['platform_machine', architecture ?? USUAL.architecture],
      ['platform_python_implementation', 'CPython'],
      ['implementation_name', 'cpython'],
    ]),
    versions: possibleVersions(target),
    sets: { extra: undefined, extras: undefined, dependency_groups: undefined },
  };
}

/** The same environment with sets of normalized names. */
export function withSets(environment: Environment, sets: Partial<Environment['sets']>): Environment {
  return { ...environment, sets: { ...environment.sets, ...sets } };
}

/**
 * Whether a marker holds. That it cannot be told, since it needs what is not known of the target, is a FormatError; what
 * does not decide it need not be known.
 */
export function holds(marker: Marker, environment: Environment): boolean {
  const isPatched = mentions(marker, patched);
  const versions = isPatched ? environment.versions : environment.versions.slice(0, 1);
  const results = new Set(versions.map((version) => evaluate(marker, environment, version)));
  const [result] = results;
  if (results.size > 1) {
    const python = environment.variables.get('python_version');
    throw new FormatError(
      `a marker needs the patch level of Python ${python}, which is not known of ${environment.name}`,
    );
  }
  if (result !== undefined) return result;
  const unknown = ['platform_release', 'platform_version'].filter((name) => mentions(marker, new Set([name])));
  throw new FormatError(`a marker needs ${unknown.join(' and ')}, which is that of the machine it will run on`);
}

/** The variables that have the patch level in them. */
const patched: ReadonlySet<string> = new Set(['python_full_version', 'implementation_version']);

function mentions(marker: Marker, names: ReadonlySet<string>): boolean {
  if (marker.kind === 'comparison') return names.has(marker.variable);
  return marker.parts.some((part) => mentions(part, names));
}

/** As Kleene's logic has it: undefined where it depends on what is not known. */
function evaluate(marker: Marker, environment: Environment, version: string): boolean | undefined {
  if (marker.kind === 'comparison') return compared(marker, environment, version);
  const decisive = marker.kind === 'or';
  let isKnown = true;
  let isDecided = false;
  // All of them, so that a part that means nothing is an error wherever it stands.
  for (const part of marker.parts) {
    const result = evaluate(part, environment, version);
    if (result === decisive) isDecided = true;
    if (result === undefined) isKnown = false;
  }
  if (isDecided) return decisive;
  return isKnown ? !decisive : undefined;
}

function compared(comparison: Comparison, { variables, sets }: Environment, version: string): boolean | undefined {
  const { variable, operator, text, isFirst } = comparison;
  if (variable === 'extra') {
    const isEqual = operator === '==';
    if (sets.extra === undefined) throw new FormatError('a marker asks for extra, which means nothing in such a lock');
    if (!isEqual && operator !== '!=') throw new FormatError(`a marker asks for extra with ${operator}`);
    return sets.extra.has(canonicalName(text)) === isEqual;
  }
  if (variable === 'extras' || variable === 'dependency_groups') {
    const set = sets[variable];
    if (set === undefined) throw new FormatError(`a marker asks for ${variable}, which such a lock does not have`);
    if (isFirst || (operator !== 'in' && operator !== 'not in')) {
      throw new FormatError(`a marker asks for ${variable} otherwise than by "NAME" in ${variable}`);
    }
    return set.has(canonicalName(text)) === (operator === 'in');
  }
  const value = patched.has(variable) ? version : variables.get(variable);
  if (value === undefined) return undefined;
  return isFirst ? compares(variable, value, operator, text) : compares(variable, text, operator, value);
}
