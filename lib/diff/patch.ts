import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { PATCH_EDITS } from '../bytes/limits.ts';
import { isText, toText } from '../entries/names.ts';
import { printable } from '../errors.ts';

/**
 * A unified diff of two contents; undefined where one of them is no text, or where they have next to nothing in common. Control
 * characters in it are escaped.
 *
 * @param path bytes
 */
export function patchOf(path: string, before: Buffer | undefined, after: Buffer | undefined): string | undefined {
  if (before === undefined || after === undefined || !isPlainText(before) || !isPlainText(after)) return undefined;
  const name = toText(path);
  const [one, two] = [before.toString('utf8'), after.toString('utf8')];
  const options = { context: 3, maxEditLength: PATCH_EDITS, headerOptions: FILE_HEADERS_ONLY };
  const patch = createTwoFilesPatch(`a/${name}`, `b/${name}`, one, two, undefined, undefined, options);
  if (patch === undefined) return undefined;
  return patch
    .split('\n')
    .map((line) => line.split('\t').map(printable).join('\t'))
    .join('\n');
}

/** UTF-8 without NULs. */
function isPlainText(bytes: Buffer): boolean {
  return !bytes.includes(0) && isText(bytes.toString('latin1'));
}
