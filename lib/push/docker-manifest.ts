import { digestOf } from '../bytes/digest.ts';
import { checkPlatform } from '../image/agreement.ts';
import { readDockerArchive } from '../image/docker-archive.ts';
import { type JsonObject, objectAt, textAt } from '../image/json.ts';
import { type Dialect, jsonBytes, type LayerDescriptor, manifestOf, mediaTypes } from '../image/manifest.ts';
import type { Platform } from '../image/platform.ts';
import type { ImageSource } from '../image/source.ts';
import type { Manifests } from './manifests.ts';
import type { Uploaded } from './uploader.ts';

/**
 * Uploads the layers of a docker archive, which has no manifest of a registry: it is made here, as go-containerregistry
 * makes it, so that its digest is the one that `crane push` gives to the same archive.
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
  // Docker's manifests have no word for zstd.
  const dialect = layers.some(({ stored }) => stored.compression === 'zstd') ? 'oci' : preferred;
  const described = layers.map((layer) => layerDescriptor(layer, dialect === 'docker' ? layerSources : {}));
  const bytes = jsonBytes(manifestOf(dialect, { digest: digestOf(configBytes), size: configBytes.length }, described));
  const root = { bytes, mediaType: mediaTypes[dialect].manifest, digest: digestOf(bytes) };
  return { documents: [configBytes], listed: [], root };
}

/** Docker may tell what a layer was in the registry that it came from; it counts where the layer still is that. */
function layerDescriptor({ diffId, digest, stored }: Uploaded, layerSources: JsonObject): LayerDescriptor {
  const origin = objectAt(layerSources, diffId);
  const isSame = stored.digest === digest && origin['digest'] === digest && origin['size'] === stored.size;
  return { ...stored, mediaType: isSame && stored.compression !== 'none' ? textAt(origin, 'mediaType') : undefined };
}
