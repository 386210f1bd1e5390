import parse from 'spdx-expression-parse';
import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import ids from 'spdx-license-ids/index.json' with { type: 'json' };
import { PACKAGE_TEXT } from '../bytes/limits.ts';
import { aside } from './text.ts';

/** A licence as it was told: an expression of SPDX, or any other text. */
export type License =
  | {
      readonly kind: 'expression';
      readonly text: string;
      /** It is the identifier of one licence alone. */
      readonly isId: boolean;
      /** Licences that it names without being of SPDX: `LicenseRef-…`. */
      readonly references: readonly string[];
    }
  | { readonly kind: 'text'; readonly text: string };

/** What setuptools and others write where nothing was said. */
const NOTHING = new Set(['unknown', 'none', 'n/a', 'noassertion', 'unlicensed or unknown']);

/** Identifiers by themselves in lower case: case means nothing in them (SPDX 2.3, annex D.2). */
const known = new Map([...deprecated, ...ids].map((id) => [id.toLowerCase(), id]));

/** Reads what a package says of its licence. */
export function licenseOf(told: string | undefined): License | undefined {
  const text = aside(told, PACKAGE_TEXT.license);
  if (text === undefined || NOTHING.has(text.toLowerCase())) return undefined;
  return expressionOf(text) ?? { kind: 'text', text };
}

function expressionOf(text: string): License | undefined {
  if (text.length > PACKAGE_TEXT.other || text.includes('DocumentRef-')) return undefined;
  const own = text.replace(/[A-Za-z0-9.-]+/g, (word) => {
    const upper = word.toUpperCase();
    return ['AND', 'OR', 'WITH'].includes(upper) ? upper : (known.get(word.toLowerCase()) ?? word);
  });
  try {
    const tree = parse(own);
    const isId = 'license' in tree && tree.license === own;
    const references = [...new Set(own.match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? [])].sort();
    return { kind: 'expression', text: own, isId: isId && references.length === 0, references };
  } catch {
    // What the grammar does not know is text.
    return undefined;
  }
}
