import { createHash } from 'node:crypto';
import { type Digest, finish } from '../bytes/digest.ts';
import { chunksOf, type Place } from '../bytes/place.ts';
import { InputError } from '../errors.ts';
import type { Source } from '../streams/flow.ts';
import { byteSource, placeSource } from '../streams/source.ts';

/**
 * The bytes of a blob that was read before, verified again as they leave: a file may have changed between. The last bytes
 * come when all are known to be right; that they are not is an InputError. A spill is nobody else's, and stays as it is.
 */
export function verifiedSource(place: Place, blob: { readonly digest: Digest; readonly size: number }): Source<Buffer> {
  return place.owner ? placeSource(place) : byteSource(verified(place, blob));
}

async function* verified(
  place: Place,
  { digest, size }: { readonly digest: Digest; readonly size: number },
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let done = 0;
  for await (const chunk of chunksOf(place)) {
    hash.update(chunk);
    done += chunk.length;
    if (done === size && finish(hash) !== digest) throw new InputError(place.name, 'changed while it was read');
    yield chunk;
  }
}
