import { components, fromText } from '../entries/names.ts';
import { baseName, isWhiteout } from '../entries/whiteout.ts';
import { InputError, UsageError } from '../errors.ts';

/** Where programs go that nobody says a place for. */
const DEFAULT = '/usr/local/bin/';

/** A file, and where in the layer it goes. */
export interface Destined {
  /** A path, or `-`. */
  readonly source: string;
  /** Bytes, as a layer names it. */
  readonly name: string;
}

/**
 * Reads SRC or SRC:DST. What leads out of the layer, and a place that nothing names, is a UsageError.
 *
 * @param word where SRC has a colon itself, DST must be given: the last `:/` is what parts the two
 */
export function parseDestination(word: string): Destined {
  const at = word.lastIndexOf(':/');
  const source = at < 0 ? word : word.slice(0, at);
  const place = at < 0 ? DEFAULT : word.slice(at + 1);
  if (source === '')
    throw new UsageError(`${JSON.stringify(word)} names no file`, 'SRC:DST, as app.conf:/etc/app.conf');
  const path = components(fromText(place.endsWith('/') ? `${place}${ownName(source, word)}` : place));
  if (path === undefined) throw new UsageError(`${word} leads out of the layer`);
  if (path.length === 0) throw new UsageError(`${word} names a directory`, 'a directory ends in a slash: /etc/');
  return { source, name: path.join('/') };
}

/** The last component of a path; the name of a descriptor says nothing. */
function ownName(source: string, word: string): string {
  const isUnnamed = source === '-' || /^\/(dev|proc)\//.test(source);
  const name = baseName(source);
  if (!isUnnamed && name !== '' && name !== '.' && name !== '..') return name;
  const hint = `say where it goes, name included: ${source}:/etc/app.conf`;
  throw new UsageError(`${word} has no name of its own`, hint);
}

/** Throws an InputError where two files would stand at one path, or one below another. */
export function checkDestinations(files: readonly Destined[]): void {
  const byName = new Map<string, Destined>();
  for (const file of files) {
    const other = byName.get(file.name);
    if (other) throw new InputError(file.source, `would be /${file.name}, and so would ${other.source}`);
    byName.set(file.name, file);
  }
  for (const { source, name } of files) {
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
      const above = byName.get(name.slice(0, end));
      if (above) throw new InputError(source, `would be below /${above.name}, which is ${above.source}`);
    }
  }
}

/** Whether a file would hide one of the layers below. */
export function hides({ name }: Destined): boolean {
  return isWhiteout(baseName(name));
}
