import { type Digest, digestOf } from '../bytes/digest.ts';
import type { Manifest } from './image.ts';
import { type JsonObject, objectAt, textAt } from './json.ts';
import { type Dialect, jsonBytes, type LayerDescriptor, manifestOf, mediaTypes } from './manifest.ts';

/** A layer of a docker archive, and as what it is to be in a registry or a layout. */
export interface RestoredLayer {
  /** As it is in the archive. */
  readonly digest: Digest;
  readonly diffId: Digest;
  readonly stored: LayerDescriptor;
}

/**
 * The manifest of a docker archive, which has none of its own: as go-containerregistry makes it, so that its digest is the
 * one that `crane push` gives to the same archive.
 *
 * @param layerSources descriptors by diff_ids, where the archive tells what a layer was in a registry
 */
export function manifestOfDocker(
  configBytes: Buffer,
  layers: readonly RestoredLayer[],
  layerSources: JsonObject,
  preferred: Dialect = 'docker',
): Manifest & { readonly digest: Digest } {
  // Docker's manifests have no word for zstd.
  const dialect = layers.some(({ stored }) => stored.compression === 'zstd') ? 'oci' : preferred;
  const described = layers.map((layer) => layerDescriptor(layer, dialect === 'docker' ? layerSources : {}));
  const bytes = jsonBytes(manifestOf(dialect, { digest: digestOf(configBytes), size: configBytes.length }, described));
  return { bytes, mediaType: mediaTypes[dialect].manifest, digest: digestOf(bytes) };
}

/** Docker may tell what a layer was in the registry that it came from; it counts where the layer still is that. */
function layerDescriptor({ diffId, digest, stored }: RestoredLayer, layerSources: JsonObject): LayerDescriptor {
  const origin = objectAt(layerSources, diffId);
  const isSame = stored.digest === digest && origin['digest'] === digest && origin['size'] === stored.size;
  return { ...stored, mediaType: isSame && stored.compression !== 'none' ? textAt(origin, 'mediaType') : undefined };
}
