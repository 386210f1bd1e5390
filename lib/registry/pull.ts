import { INDEX_DEPTH } from '../bytes/limits.ts';
import { InputError } from '../errors.ts';
import { checkDiffIds, checkPlatform } from '../image/agreement.ts';
import type { Image, ImageIndex, Manifest, StoredLayer } from '../image/image.ts';
import { isObject, parseJson } from '../image/json.ts';
import {
  annotationsOf,
  type Descriptor,
  descriptorOf,
  isForeign,
  isImageConfig,
  layerCompression,
  manifestsOf,
  partsOf,
} from '../image/manifest.ts';
import { blobName, findRoot, readManifest, readParts } from '../image/oci-layout.ts';
import type { Platform } from '../image/platform.ts';
import { blobsAt, documentAt } from '../image/source.ts';
import { type RemoteBlob, registrySource } from './image-source.ts';
import type { Repository } from './repository.ts';

/**
 * Finds an image in a repository. Its layers are downloaded, and verified, when they are read. What is no image, or does
 * not agree, is an InputError.
 *
 * @param wanted picks from several platforms (linux/amd64 where it is not given), and must be that of a single one
 */
export async function pullImage(repository: Repository, wanted: Platform | undefined): Promise<Image<StoredLayer>> {
  const { name } = repository;
  const source = registrySource(repository);
  const { json, bytes, mediaType } = await findRoot(source, await documentAt(source, 'index.json'), wanted, 'choose');
  const { config: described, layers: listed } = partsOf(json, name, 'its manifest');
  if (!isImageConfig(described)) throw new InputError(name, `holds an artifact (${described.mediaType}), not an image`);
  for (const layer of listed) compressionOf(layer, name);
  const { configBytes, layers } = await readParts(source, json, 'its manifest');
  const config = parseJson(configBytes ?? Buffer.alloc(0), name, 'its config');
  if (!isObject(config)) throw new InputError(name, 'its config is not an object');
  const platform = checkPlatform(name, config, wanted);
  checkDiffIds(
    name,
    config,
    layers.map(() => ({ diffId: undefined })),
  );
  return {
    config,
    configBytes: configBytes ?? Buffer.alloc(0),
    platform,
    layers: layers.flatMap(({ descriptor, blob }) =>
      blob ? { ...blob, compression: compressionOf(descriptor, name) } : [],
    ),
    annotations: annotationsOf(json),
    manifest: { bytes, mediaType },
  };
}

/** Finds all that a repository has under a name: an index with its images and whatever else it lists, or one image. */
export async function pullIndex(repository: Repository): Promise<ImageIndex> {
  const { name } = repository;
  const source = registrySource(repository);
  const documents: Buffer[] = [];
  const blobs: RemoteBlob[] = [];

  async function add({ bytes }: Manifest, depth = 0): Promise<void> {
    if (depth > INDEX_DEPTH) throw new InputError(name, `has indexes in each other, more than ${INDEX_DEPTH}`);
    const json = parseJson(bytes, name, 'its manifest');
    const list = manifestsOf(json);
    for (const item of list ?? []) {
      const child = await readManifest(source, descriptorOf(item, name, 'its index'));
      documents.push(child.bytes);
      await add(child, depth + 1);
    }
    if (list) return;
    const { config, layers } = partsOf(json, name, 'its manifest');
    const present = [config, ...layers].filter((blob) => !isForeign(blob));
    blobs.push(
      ...(await blobsAt(
        source,
        present.map(({ digest }) => blobName(digest)),
      )),
    );
  }

  const { bytes, mediaType } = await findRoot(source, await documentAt(source, 'index.json'), undefined, 'keep');
  const index = { bytes, mediaType };
  await add(index);
  return { index, documents, blobs };
}

function compressionOf(layer: Descriptor, name: string): StoredLayer['compression'] {
  if (isForeign(layer)) throw new InputError(name, 'has a layer that only its vendor may distribute');
  const compression = layerCompression(layer.mediaType);
  if (compression === undefined) {
    throw new InputError(name, `has a layer of an unknown kind (${layer.mediaType}): is it an artifact?`);
  }
  return compression;
}
