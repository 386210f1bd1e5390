import { checkPlatform } from '../image/agreement.ts';
import { readDockerArchive } from '../image/docker-archive.ts';
import { manifestOfDocker } from '../image/docker-manifest.ts';
import type { Dialect } from '../image/manifest.ts';
import type { Platform } from '../image/platform.ts';
import type { ImageSource } from '../image/source.ts';
import type { Manifests } from './manifests.ts';
import type { Uploaded } from './uploader.ts';

/**
 * Uploads the layers of a docker archive, for which a manifest is made.
 *
 * @param file manifest.json
 */
export async function dockerManifest(
  source: ImageSource<Uploaded>,
  file: Buffer,
  wanted: Platform | undefined,
  preferred: Dialect,
): Promise<Manifests> {
  const { config, configBytes, layers, layerSources } = await readDockerArchive(source, file);
  checkPlatform(source.name, config, wanted);
  const root = manifestOfDocker(configBytes, layers, layerSources, preferred);
  return { documents: [configBytes], listed: [], root };
}
