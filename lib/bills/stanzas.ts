import { DATABASE_LINE } from '../bytes/limits.ts';
import { contentOf } from '../entries/body.ts';
import type { Body } from '../entries/entry.ts';
import { giveBack } from '../memory/loans.ts';

/** What a list says of one package: the lines of a paragraph, bytes, one character each. */
export interface Stanza {
  readonly lines: readonly string[];
  /** The list stops in the middle of its last line, as dpkg does not take it. */
  readonly isCut: boolean;
}

/**
 * The paragraphs of a list of packages, with blank lines between them.
 *
 * @param wanted the lines that are of interest: others may be many
 */
export async function* stanzas(body: Body, wanted: RegExp): AsyncGenerator<Stanza> {
  let lines: string[] = [];
  let isEmpty = true;
  let rest = '';
  const see = (line: string): Stanza | undefined => {
    const own = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (own.trim() === '') {
      const stanza = isEmpty ? undefined : { lines, isCut: false };
      lines = [];
      isEmpty = true;
      return stanza;
    }
    isEmpty = false;
    if (wanted.test(own)) lines.push(own.slice(0, DATABASE_LINE));
    return undefined;
  };
  for await (const chunk of contentOf(body)) {
    const parts = chunk.toString('latin1').split('\n');
    giveBack(chunk);
    // What is past the limit of a line is never wanted.
    rest = (rest + parts[0]!).slice(0, DATABASE_LINE + 1);
    for (let at = 1; at < parts.length; at++) {
      const stanza = see(rest);
      if (stanza) yield stanza;
      rest = parts[at]!;
    }
  }
  const isCut = rest !== '' && wanted.test(rest);
  if (rest !== '') see(rest);
  if (!isEmpty) yield { lines, isCut };
}

/** `key: value` lines, or those of one letter without the blank. */
export function fieldsOf({ lines }: Stanza): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const key = line.slice(0, colon);
    if (colon > 0 && !fields.has(key)) fields.set(key, line.slice(colon + 1).trim());
  }
  return fields;
}
