import { digestOf } from '../bytes/digest.ts';
import { INDEX_DEPTH } from '../bytes/limits.ts';
import { InputError } from '../errors.ts';
import { checkDiffIds, checkPlatform } from '../image/agreement.ts';
import type { Manifest } from '../image/image.ts';
import { isObject, type Json, type JsonObject, objectAt, parseJson, textAt } from '../image/json.ts';
import {
  type Descriptor,
  descriptorOf,
  isImageConfig,
  jsonBytes,
  layerCompression,
  manifestsOf,
} from '../image/manifest.ts';
import { findRoot, readManifest, readParts } from '../image/oci-layout.ts';
import type { Platform } from '../image/platform.ts';
import type { ImageSource } from '../image/source.ts';
import type { Manifests } from './manifests.ts';
import type { Uploaded } from './uploader.ts';

/** How BuildKit names the image that an attestation is of. */
const ATTESTED = 'vnd.docker.reference.digest';

/**
 * Uploads the blobs of an OCI layout. Its manifests are put as they are, except where a plain layer was compressed on the
 * way: then they tell of what it has become, and all else in them stays.
 *
 * @param file index.json
 * @param wanted takes one image out of an index; otherwise it is put whole
 */
export async function layoutManifests(
  source: ImageSource<Uploaded>,
  file: Buffer,
  wanted: Platform | undefined,
): Promise<Manifests> {
  const { name } = source;
  const documents: Buffer[] = [];
  const listed: Manifests['root'][] = [];
  /** Manifests that have changed: the old digest, and the new one with its size. */
  const changed = new Map<string, { digest: string; size: number }>();

  /** Uploads what a manifest or index names, and resolves with what it must be now. */
  async function upload({ bytes, mediaType }: Manifest, where: string, depth = 0): Promise<Manifests['root']> {
    const json = parseJson(bytes, name, where);
    const list = manifestsOf(json);
    if (depth > INDEX_DEPTH) throw new InputError(name, `has indexes in each other, more than ${INDEX_DEPTH}`);
    const now = list ? await uploadIndex(json, list, where, depth) : await uploadImage(json, where);
    if (now === json) return { bytes, mediaType, digest: digestOf(bytes) };
    const nowBytes = jsonBytes(now);
    const digest = digestOf(nowBytes);
    changed.set(digestOf(bytes), { digest, size: nowBytes.length });
    return { bytes: nowBytes, mediaType, digest };
  }

  async function uploadIndex(json: Json, list: readonly Json[], where: string, depth: number): Promise<Json> {
    for (const item of list) {
      const child = descriptorOf(item, name, where);
      listed.push(await upload(await readManifest(source, child), child.digest, depth + 1));
    }
    return isObject(json) && changed.size > 0 ? { ...json, manifests: list.map(renewed) } : json;
  }

  /** A descriptor in an index, of what its manifest has become. */
  function renewed(item: Json): Json {
    const annotations = objectAt(item, 'annotations');
    const about = changed.get(textAt(annotations, ATTESTED) ?? '');
    const now = changed.get(textAt(item, 'digest') ?? '');
    if (!isObject(item) || (about === undefined && now === undefined)) return item;
    return { ...item, ...now, ...(about && { annotations: { ...annotations, [ATTESTED]: about.digest } }) };
  }

  async function uploadImage(json: Json, where: string): Promise<Json> {
    const { config, configBytes, layers } = await readParts(source, json, where);
    const uploaded = layers.flatMap(({ blob }) => blob ?? []);
    if (configBytes) documents.push(configBytes);
    if (configBytes && isImageConfig(config) && uploaded.length === layers.length) {
      const content = parseJson(configBytes, name, config.digest);
      checkDiffIds(name, content, uploaded);
      checkPlatform(name, content, wanted);
    }
    const now = layers.map(({ descriptor, blob }) => (blob ? restored(descriptor, blob.stored) : descriptor.json));
    const isChanged = now.some((layer, at) => layer !== layers[at]?.descriptor.json);
    return isObject(json) && isChanged ? { ...json, layers: now } : json;
  }

  /** A layer's descriptor, of what the layer has become. */
  function restored({ mediaType, digest, json }: Descriptor, stored: Uploaded['stored']): JsonObject {
    if (stored.digest === digest) return json;
    if (layerCompression(mediaType) === undefined) {
      throw new InputError(name, `has a tar that is no layer (${mediaType})`, '--compress none pushes it as it is');
    }
    const suffix = `${mediaType.includes('docker') ? '.' : '+'}${stored.compression}`;
    const type = mediaType.replace(/([.+](gzip|zstd))?$/, suffix);
    return { ...json, mediaType: type, digest: stored.digest, size: stored.size };
  }

  const root = await upload(await findRoot(source, file, wanted, 'keep'), 'index.json');
  return { documents, listed, root };
}
