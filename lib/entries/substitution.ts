import { UsageError } from '../errors.ts';
import { fromText, isText } from './names.ts';

/** A change of names, as of sed(1). */
export interface Substitution {
  /** @param name bytes, one character each; so is the result */
  apply(name: string): string;
  /** Whether it has matched any name so far. */
  isUsed(): boolean;
}

const HINT = 's,REGEX,REPLACEMENT, and a g behind it for every match: s,^usr/local/,opt/,';

/**
 * Reads `s,REGEX,REPLACEMENT,` or the same with a `g`. The character behind the s parts the rest, and stands for itself
 * behind a backslash. REGEX and REPLACEMENT are ECMAScript's: $1, $&. What is none is a UsageError.
 */
export function parseSubstitution(text: string): Substitution {
  const wrong = (why: string): UsageError => new UsageError(`${JSON.stringify(text)} is no substitution: ${why}`, HINT);
  const parts = split(text);
  if (parts === undefined) throw wrong('it has not three parts');
  const { regex, replacement, flags } = parts;
  if (regex === '') throw wrong('its regular expression is empty');
  if (flags !== '' && flags !== 'g') throw wrong(`there is no flag ${flags}`);
  if (/\\[0-9]/.test(replacement)) throw wrong('what was matched is $1, not \\1');
  let pattern: RegExp;
  let byBytes: RegExp;
  try {
    pattern = new RegExp(regex, `u${flags}`);
    // A name that is not UTF-8 has no characters, only bytes.
    byBytes = new RegExp(fromText(regex), flags);
  } catch (error) {
    throw wrong(error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : String(error));
  }
  const bytes = fromText(replacement);
  let used = false;
  return {
    apply(name) {
      const isPlain = isText(name);
      const own = isPlain ? pattern : byBytes;
      const subject = isPlain ? Buffer.from(name, 'latin1').toString('utf8') : name;
      own.lastIndex = 0;
      if (!own.test(subject)) return name;
      used = true;
      own.lastIndex = 0;
      return isPlain ? fromText(subject.replace(own, replacement)) : subject.replace(own, bytes);
    },
    isUsed: () => used,
  };
}

function split(text: string): { regex: string; replacement: string; flags: string } | undefined {
  const [sign, mark] = text;
  if (sign !== 's' || mark === undefined || /[a-zA-Z0-9\\\s]/.test(mark)) return undefined;
  const parts: string[] = [''];
  const characters = [...text].slice(2);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    const next = characters[at + 1];
    if (character === '\\' && next !== undefined) {
      parts[parts.length - 1] += next === mark ? mark : character + next;
      at++;
    } else if (character === mark) parts.push('');
    else parts[parts.length - 1] += character;
  }
  const [regex, replacement, flags] = parts;
  if (parts.length !== 3) return undefined;
  return { regex: regex!, replacement: replacement!, flags: flags! };
}
