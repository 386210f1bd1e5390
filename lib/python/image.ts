import { blobs } from '../image/blob.ts';
import { openBase } from '../image/open.ts';
import type { Platform } from '../image/platform.ts';
import { rootOf } from '../image/filesystem.ts';
import type { Input } from '../inputs/input.ts';
import { objectAt, textsAt } from '../image/json.ts';
import { type Choice, findPython, wanted } from './find.ts';
import type { Target } from './target.ts';

/**
 * The Python of an image, found from its layers without running it.
 *
 * @param source an archive, or the path of a layout directory
 */
export async function pythonOf(
  source: Input | string,
  platform: Platform | undefined,
  choice: Choice,
): Promise<Target> {
  const store = blobs();
  try {
    const { image, close } = await openBase(source, platform, store);
    try {
      const root = await rootOf(image.layers, wanted);
      const env = textsAt(objectAt(image.config, 'config'), 'Env') ?? [];
      return await findPython(root, typeof source === 'string' ? source : source.name, env, choice);
    } finally {
      await close();
    }
  } finally {
    await store.close();
  }
}
