import type { Digest } from '../bytes/digest.ts';
import { InputError } from '../errors.ts';
import { objectAt, textsAt } from '../image/json.ts';
import { pullImage } from '../registry/pull.ts';
import type { Repository } from '../registry/repository.ts';

/**
 * Tells whether the image that bears the tag now has a layer of a diff_id, or, where that is not known, any. Nothing
 * depends on it but how much work is done.
 */
export function pushedBefore(repository: Repository): (diffId: Digest | undefined) => Promise<boolean> {
  let known: Promise<ReadonlySet<string>> | undefined;
  return async (diffId) => {
    known ??= diffIds(repository);
    const all = await known;
    return diffId === undefined ? all.size > 0 : all.has(diffId);
  };
}

async function diffIds(repository: Repository): Promise<ReadonlySet<string>> {
  try {
    const { config } = await pullImage(repository, undefined);
    return new Set(textsAt(objectAt(config, 'rootfs'), 'diff_ids'));
  } catch (error) {
    if (error instanceof InputError) return new Set();
    throw error;
  }
}
