import { chunksOf, type Place } from '../bytes/place.ts';
import { giveBack } from '../memory/loans.ts';

/** Longer than any match. */
const OVERLAP = 256;

/** The first match of a pattern in the bytes of a program or a library, one character each. */
export async function search(place: Place, pattern: RegExp): Promise<RegExpExecArray | undefined> {
  let before = '';
  for await (const chunk of chunksOf(place)) {
    const text = before + chunk.toString('latin1');
    giveBack(chunk);
    const parts = pattern.exec(text);
    if (parts) return parts;
    before = text.slice(-OVERLAP);
  }
  return undefined;
}
