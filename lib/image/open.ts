import { InputError } from '../errors.ts';
import type { Opened } from './assemble.ts';
import type { Blobs } from './blob.ts';
import { fromDocker } from './docker.ts';
import type { ImageFiles } from './files.ts';
import { fromLayout } from './layout.ts';
import type { Platform } from './platform.ts';

/**
 * Reads an image from its files, in any of the formats: an OCI layout is found by index.json, a docker archive by
 * manifest.json. Every digest, size and diff_id that the files tell is verified.
 *
 * @param wanted picks from several platforms, and must be that of a single one
 */
export async function openImage(files: ImageFiles, wanted: Platform | undefined, blobs: Blobs): Promise<Opened> {
  const index = await files.find('index.json');
  if (index) return fromLayout(files, index, wanted, blobs);
  const manifest = await files.find('manifest.json');
  if (manifest) return fromDocker(files, manifest, wanted, blobs);
  const hint = 'an image is a docker archive, an OCI archive or an OCI layout directory';
  throw new InputError(files.name, 'is not an image: it has no index.json and no manifest.json', hint);
}
