import { Readable } from 'node:stream';
import { gather } from '../entries/body.ts';
import { InputError } from '../errors.ts';
import { checkPlatform } from '../image/agreement.ts';
import type { Image, Index, Raw, Stored } from '../image/image.ts';
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
import { pick } from '../image/oci-index.ts';
import type { Platform } from '../image/platform.ts';
import { isObject, JSON_LIMIT, objectAt, parseJson, textsAt } from '../image/json.ts';
import { download } from './download.ts';
import { getManifest } from './manifests.ts';
import type { Repository } from './repository.ts';

/**
 * Finds an image in a repository. Its layers are downloaded, and verified, when they are read.
 *
 * @param wanted picks from several platforms (linux/amd64 where it is not given), and must be that of a single one
 */
export async function pullImage(repository: Repository, wanted: Platform | undefined): Promise<Image<Stored>> {
  const { name } = repository;
  let raw: Raw = await getManifest(repository, wantedBy(repository));
  let json = parseJson(raw.bytes, name, 'its manifest');
  for (let list = manifestsOf(json); list; list = manifestsOf(json)) {
    raw = await getManifest(repository, pick(name, list, 'its index', wanted).digest);
    json = parseJson(raw.bytes, name, 'its manifest');
  }
  const { config: described, layers } = partsOf(json, name, 'its manifest');
  if (!isImageConfig(described)) throw new InputError(name, `holds an artifact (${described.mediaType}), not an image`);
  const configBytes = await small(repository, described);
  const config = parseJson(configBytes, name, 'its config');
  if (!isObject(config)) throw new InputError(name, 'its config is not an object');
  const platform = checkPlatform(name, config, wanted);
  const told = textsAt(objectAt(config, 'rootfs'), 'diff_ids')?.length ?? 0;
  if (told !== layers.length) {
    throw new InputError(name, `has ${layers.length} layers, and its config tells of ${told}`);
  }
  const stored = layers.map((layer) => storedLayer(repository, layer));
  return { config, configBytes, platform, layers: stored, annotations: annotationsOf(json), raw };
}

/** Finds all that a repository has under a name: an index with its images and whatever else it lists, or one image. */
export async function pullIndex(repository: Repository): Promise<Index> {
  const { name } = repository;
  const documents: Buffer[] = [];
  const blobs: Index['blobs'][number][] = [];

  async function add(raw: Raw): Promise<void> {
    const json = parseJson(raw.bytes, name, 'its manifest');
    const list = manifestsOf(json);
    if (list) {
      for (const item of list) {
        const child = await getManifest(repository, descriptorOf(item, name, 'its index').digest);
        documents.push(child.bytes);
        await add(child);
      }
      return;
    }
    const { config, layers } = partsOf(json, name, 'its manifest');
    for (const blob of [config, ...layers]) {
      if (!isForeign(blob)) blobs.push(storedBlob(repository, blob));
    }
  }

  const raw = await getManifest(repository, wantedBy(repository));
  await add(raw);
  return { raw, documents, blobs };
}

function wantedBy({ reference: { tag, digest } }: Repository): string {
  return digest ?? tag ?? 'latest';
}

function storedLayer(repository: Repository, layer: Descriptor): Stored {
  const { mediaType } = layer;
  const compression = layerCompression(mediaType);
  if (isForeign(layer)) throw new InputError(repository.name, 'has a layer that only its vendor may distribute');
  if (compression === undefined) {
    throw new InputError(repository.name, `has a layer of an unknown kind (${mediaType}): is it an artifact?`);
  }
  return { ...storedBlob(repository, layer), compression };
}

function storedBlob(repository: Repository, { digest, size }: Descriptor): Index['blobs'][number] {
  async function* bytes(): AsyncGenerator<Buffer> {
    const moving = repository.watch.blob(digest, size);
    for await (const chunk of download(repository, { digest, size })) {
      moving.moved(chunk.length);
      yield chunk;
    }
    moving.done(digest, size, 'downloaded');
  }
  return { digest, size, content: () => Readable.from(bytes(), { objectMode: false, highWaterMark: 1 }) };
}

async function small(repository: Repository, { digest, size }: Descriptor): Promise<Buffer> {
  if (size > JSON_LIMIT) throw new InputError(repository.name, `its config has ${size} bytes, which is too many`);
  const bytes = Readable.from(download(repository, { digest, size }), { objectMode: false });
  return gather(bytes, JSON_LIMIT, repository.name);
}
