import { cleanPath } from './names.ts';
import { isOpaque, isWhiteout } from './whiteout.ts';

/**
 * A key of the order in which layers are written canonically: directory by directory, whiteouts first in theirs, the opaque
 * one before the others, names in byte order. Keys compare as strings do: no name has a NUL, and the key of a directory
 * is the start of the keys of what is in it.
 *
 * @param name a path inside the root, however it is spelled; one that climbs out has its `..` ignored
 */
export function pathOrder(name: string): string {
  const path = cleanPath(name) ?? '';
  if (path === '') return '';
  // Most keys are made at once, and in one piece.
  if (!path.includes('.wh.')) return `\0\x03${path.replaceAll('/', '\0\x03')}`;
  let key = '';
  for (const part of path.split('/')) {
    key += `\0${isWhiteout(part) ? (isOpaque(part) ? '\x01' : '\x02') : '\x03'}${part}`;
  }
  return key;
}
