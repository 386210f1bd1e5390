import { UsageError } from '../errors.ts';
import { components, fromText } from '../entries/names.ts';

/** The value of --prefix, a path in an image, as a layer names it. */
export function readPrefix(text: string): string {
  const parts = components(fromText(text));
  if (parts === undefined) throw new UsageError(`--prefix leads out of the image: ${text}`);
  return parts.join('/');
}
