import { chunksOf, type Place } from '../bytes/place.ts';
import { giveBack } from '../memory/loans.ts';

/** Keys and texts longer than this are not of interest, in bytes. */
const LONG = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = [0x7b, 0x5b];
const CLOSE = [0x7d, 0x5d];
const COLON = 0x3a;
const COMMA = 0x2c;
const BLANKS = [0x20, 0x09, 0x0a, 0x0d];

/**
 * The texts of some keys of a JSON object, which may be of any size: what is in its values is passed over. Undefined where
 * the file is no object, or not a whole one.
 */
export async function topLevelTexts(
  place: Place,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  const texts = new Map<string, string>();
  let depth = 0;
  let isOver = false;
  /** The string that is being read, or was read last, in the object itself; undefined inside of its values. */
  let text: number[] | undefined;
  let isString = false;
  let isEscaped = false;
  let key: string | undefined;

  /** Takes a byte; false where it cannot stand there. */
  function take(byte: number): boolean {
    if (isString) {
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) isString = false;
      if (isString && text && text.length <= LONG) text.push(byte);
      return true;
    }
    if (BLANKS.includes(byte)) return true;
    if (isOver || (depth === 0 && byte !== OPEN[0])) return false;
    if (byte === QUOTE) {
      isString = true;
      text = depth === 1 ? [] : undefined;
    } else if (OPEN.includes(byte)) {
      depth++;
      text = undefined;
    } else if (CLOSE.includes(byte) || (byte === COMMA && depth === 1)) {
      if (depth === 1) note();
      if (byte !== COMMA) depth--;
      isOver = depth === 0;
    } else if (byte === COLON && depth === 1) {
      key = text && Buffer.from(text).toString();
      text = undefined;
    }
    return true;
  }

  function note(): void {
    if (key !== undefined && text !== undefined && keys.includes(key)) texts.set(key, Buffer.from(text).toString());
    key = undefined;
    text = undefined;
  }

  for await (const chunk of chunksOf(place)) {
    for (const byte of chunk) if (!take(byte)) return undefined;
    giveBack(chunk);
  }
  return isOver ? texts : undefined;
}
