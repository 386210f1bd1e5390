import { InputError } from '../errors.ts';
import type { Input } from '../inputs/input.ts';
import type { Opened } from './agreement.ts';
import type { Blobs } from './blob.ts';
import { emptyConfig } from './config.ts';
import { fromDocker } from './docker-archive.ts';
import { archiveFiles, directoryFiles, type ImageFiles } from './files.ts';
import { fromLayout } from './oci-layout.ts';
import { DEFAULT_PLATFORM, type Platform, platformText } from './platform.ts';

/**
 * Reads an image from its files, in any of the formats: an OCI layout is found by index.json, a docker archive by
 * manifest.json. Every digest, size and diff_id that the files tell is verified.
 *
 * @param wanted picks from several platforms, and must be that of a single one
 */
async function openImage(files: ImageFiles, wanted: Platform | undefined, blobs: Blobs): Promise<Opened> {
  const index = await files.find('index.json');
  if (index) return fromLayout(files, index, wanted, blobs);
  const manifest = await files.find('manifest.json');
  if (manifest) return fromDocker(files, manifest, wanted, blobs);
  const hint = 'an image is a docker archive, an OCI archive or an OCI layout directory';
  throw new InputError(files.name, 'is not an image: it has no index.json and no manifest.json', hint);
}

/**
 * Opens the image that is stacked on: an archive, a layout directory by its path, or nothing, which is an empty image.
 * What it makes must stay open as long as the image is used.
 */
export async function openBase(
  base: Input | string | undefined,
  wanted: Platform | undefined,
  store: Blobs,
): Promise<Opened & { close(): Promise<void> }> {
  if (base === undefined) {
    const platform = wanted ?? DEFAULT_PLATFORM;
    const image = {
      config: emptyConfig(platform),
      configBytes: Buffer.alloc(0),
      platform,
      layers: [],
      annotations: {},
    };
    return {
      image,
      name: undefined,
      digest: undefined,
      platforms: [platformText(platform)],
      close: () => Promise.resolve(),
    };
  }
  const files: ImageFiles = typeof base === 'string' ? directoryFiles(base) : await archiveFiles(base);
  try {
    return { ...(await openImage(files, wanted, store)), close: files.close };
  } catch (error) {
    await files.close();
    throw error;
  }
}
