import { MARKER_DEPTH, MARKER_LIMIT } from '../bytes/limits.ts';
import { FormatError } from '../errors.ts';

/*
 * The grammar of markers (packaging.python.org, "Dependency specifiers", and "pylock.toml Specification" for its sets).
 */

/** What a marker asks. */
export type Marker = Choice | Comparison;

/** All of the parts must hold, or one of them. */
export interface Choice {
  readonly kind: 'and' | 'or';
  readonly parts: readonly Marker[];
}

/** A variable held against a text, in the order in which they stand. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly variable: Variable;
  readonly operator: Operator;
  readonly text: string;
  /** Whether the variable stands on the left. */
  readonly isFirst: boolean;
}

export const operators = ['===', '==', '~=', '!=', '<=', '>=', '<', '>', 'in', 'not in'] as const;
export type Operator = (typeof operators)[number];

const variables = [
  ...['python_version', 'python_full_version', 'os_name', 'sys_platform', 'platform_release', 'platform_system'],
  ...['platform_version', 'platform_machine', 'platform_python_implementation', 'implementation_name'],
  ...['implementation_version', 'extra', 'extras', 'dependency_groups'],
] as const;
export type Variable = (typeof variables)[number];

/** Names of old that some metadata still has. */
const aliases: Readonly<Record<string, Variable>> = {
  'os.name': 'os_name',
  'sys.platform': 'sys_platform',
  'platform.version': 'platform_version',
  'platform.machine': 'platform_machine',
  'platform.python_implementation': 'platform_python_implementation',
  python_implementation: 'platform_python_implementation',
};

type Token = { readonly kind: 'word' | 'text' | 'operator' | 'parenthesis' | 'end'; readonly text: string };

const TOKEN = /[ \t]*(?:([A-Za-z_][A-Za-z0-9_.]*)|'([^']*)'|"([^"]*)"|(===|==|~=|!=|<=|>=|<|>)|([()]))/y;

/** Reads a marker; what is none is a FormatError. */
export function parseMarker(text: string): Marker {
  const fail = (what: string): never => {
    throw new FormatError(`the marker ${JSON.stringify(text.slice(0, 200))} ${what}`);
  };
  if (text.length > MARKER_LIMIT) fail(`is longer than ${MARKER_LIMIT} characters`);
  const tokens = [...tokensOf(text, fail)];
  let at = 0;
  let depth = 0;
  const next = (): Token => tokens[at++] ?? { kind: 'end', text: '' };
  const takeWord = (word: string): boolean => {
    const token = tokens[at];
    if (token?.kind !== 'word' || token.text !== word) return false;
    at++;
    return true;
  };

  function either(): Marker {
    return joined('or', all);
  }

  function all(): Marker {
    return joined('and', atom);
  }

  function joined(kind: 'and' | 'or', part: () => Marker): Marker {
    const parts = [part()];
    while (takeWord(kind)) parts.push(part());
    return parts.length === 1 ? parts[0]! : { kind, parts };
  }

  function atom(): Marker {
    const token = next();
    if (token.kind !== 'parenthesis' || token.text !== '(') return comparison(token);
    if (++depth > MARKER_DEPTH) fail(`has more than ${MARKER_DEPTH} parentheses in each other`);
    const inside = either();
    depth--;
    const end = next();
    if (end.kind !== 'parenthesis' || end.text !== ')') fail('has a parenthesis without an end');
    return inside;
  }

  function comparison(left: Token): Marker {
    const operator = operatorOf(next());
    const right = next();
    if (left.kind === 'word' && right.kind === 'text') {
      return { kind: 'comparison', variable: variableOf(left.text), operator, text: right.text, isFirst: true };
    }
    if (left.kind === 'text' && right.kind === 'word') {
      return { kind: 'comparison', variable: variableOf(right.text), operator, text: left.text, isFirst: false };
    }
    return fail('does not hold a variable against a text');
  }

  function operatorOf({ kind, text: word }: Token): Operator {
    const name = kind === 'word' && word === 'not' && takeWord('in') ? 'not in' : word;
    const isFit = kind === 'operator' || kind === 'word';
    const known = operators.find((operator) => isFit && operator === name);
    return known ?? fail(word === '' ? 'is cut off' : `has ${JSON.stringify(word)} where an operator should be`);
  }

  function variableOf(name: string): Variable {
    const known = variables.find((variable) => variable === name) ?? (Object.hasOwn(aliases, name) && aliases[name]);
    return known || fail(`asks for ${name}, which is not known`);
  }

  const marker = either();
  const rest = next();
  if (rest.kind !== 'end') fail(`goes on with ${JSON.stringify(rest.text)} behind its end`);
  return marker;
}

function* tokensOf(text: string, fail: (what: string) => never): Generator<Token> {
  TOKEN.lastIndex = 0;
  for (let end = 0; ; end = TOKEN.lastIndex) {
    TOKEN.lastIndex = end;
    const parts = TOKEN.exec(text);
    if (!parts) {
      const rest = text.slice(end).replace(/^[ \t]+/, '');
      if (rest !== '') fail(`cannot be read at ${JSON.stringify(rest.slice(0, 40))}`);
      return;
    }
    const [, word, single, double, operator, parenthesis] = parts;
    const quoted = single ?? double;
    if (word !== undefined) yield { kind: 'word', text: word };
    else if (quoted !== undefined) yield { kind: 'text', text: quoted };
    else if (operator !== undefined) yield { kind: 'operator', text: operator };
    else yield { kind: 'parenthesis', text: parenthesis ?? '' };
  }
}
