import { parse, type TomlTable } from 'smol-toml';
import { LOCK_DEPTH, LOCK_VALUES } from '../bytes/limits.ts';
import { blame, cutOff, FormatError, InputError } from '../errors.ts';
import type { LockRequest, Selection } from './lock.ts';
import { selectPylock } from './pylock.ts';
import { selectRequirements } from './requirements.ts';
import { tableOf, valueAt } from './table.ts';
import { selectUvLock } from './uv-lock.ts';

/** So many characters of a line tell what it is. */
const FIRST = 1000;

/** What else a project has that is taken for a lock, and how one comes from it. */
const HINT =
  'uv lock, uv export, pip lock, poetry export and pdm export write pylock.toml, uv.lock or requirements with hashes';

/**
 * What a lock installs for a request; its kind is told by its content. What is wrong with it is an InputError.
 *
 * @param name what the lock is called in errors
 */
export function selectFrom(bytes: Buffer, name: string, request: LockRequest): Selection {
  try {
    if (bytes.length === 0) throw cutOff(name, 'is empty');
    const text = decode(bytes);
    if (!isToml(text)) {
      if (countOf(text, /\n/g) > LOCK_VALUES) throw new FormatError(`has more than ${LOCK_VALUES} lines`);
      return selectRequirements(text, request);
    }
    const document = tableOf(parseToml(text), '');
    if (valueAt(document, 'lock-version') !== undefined) return selectPylock(document, request);
    if (valueAt(document, 'version') !== undefined && valueAt(document, 'metadata') === undefined)
      return selectUvLock(document, request);
    throw new InputError(name, 'is no pylock.toml, uv.lock or requirements with hashes', HINT);
  } catch (error) {
    throw blame(name, error);
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FormatError('is not UTF-8');
  }
}

/** Whether the first line that says something is one of TOML: no requirement is `KEY =` or `[TABLE]`. */
function isToml(text: string): boolean {
  let first = '';
  for (let at = 0; at < text.length && first === ''; ) {
    const next = text.indexOf('\n', at);
    const end = next < 0 ? text.length : next;
    const line = text.slice(at, Math.min(end, at + FIRST)).trim();
    if (!line.startsWith('#')) first = line;
    at = end + 1;
  }
  return /^[ \t]*(\[|\{|("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)[ \t]*=(?!=))/.test(first);
}

function countOf(text: string, pattern: RegExp): number {
  let count = 0;
  for (const _ of text.matchAll(pattern)) if (++count > LOCK_VALUES) break;
  return count;
}

function parseToml(text: string): TomlTable {
  if (countOf(text, /[=,[{]/g) > LOCK_VALUES) throw new FormatError(`has more than ${LOCK_VALUES} values`);
  try {
    return parse(text, { maxDepth: LOCK_DEPTH, integersAsBigInt: 'asNeeded' });
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new FormatError(`is not TOML: ${line}`);
  }
}
