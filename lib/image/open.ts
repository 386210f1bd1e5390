import { type Digest, digestOf, hex, isDigest } from '../digest.ts';
import { InputError } from '../errors.ts';
import { isObject, type Json, type JsonObject, objectAt, readJson, textAt, textsAt } from '../json.ts';
import type { Place } from '../place.ts';
import type { Blobs } from './blob.ts';
import type { ImageFiles } from './files.ts';
import type { Blob, Image } from './image.ts';
import { DEFAULT_PLATFORM, matches, type Platform, platformOf, platformText } from './platform.ts';

/** What is known of an image besides itself. */
export interface Opened {
  readonly image: Image;
  /** The name that its archive gives it, where it gives one. */
  readonly name: string | undefined;
  /** The digest of its manifest, where it has one. */
  readonly digest: Digest | undefined;
}

interface Descriptor {
  readonly digest: Digest;
  readonly size: number;
  readonly mediaType: string;
  readonly json: JsonObject;
}

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

async function fromLayout(
  files: ImageFiles,
  place: Place,
  wanted: Platform | undefined,
  blobs: Blobs,
): Promise<Opened> {
  const { json } = await readJson(place, files.name, 'index.json');
  const chosen = await choose(files, json, 'index.json', wanted);
  const { json: manifest } = await verifiedJson(files, chosen);
  const config = descriptor(files, isObject(manifest) ? manifest['config'] : undefined, 'the manifest');
  if (!/config|container\.image\.v1/.test(config.mediaType)) {
    throw new InputError(files.name, `holds an artifact (${config.mediaType}), not an image`);
  }
  const { json: configJson, bytes } = await verifiedJson(files, config);
  const told = isObject(manifest) && Array.isArray(manifest['layers']) ? manifest['layers'] : [];
  const layers: Blob[] = [];
  for (const [number, json] of told.entries()) {
    const layer = descriptor(files, json, 'the manifest');
    const blob = await blobs.ofPlace(await blobPlace(files, layer));
    if (blob.digest !== layer.digest) throw wrongDigest(files, `layer ${number + 1}`, layer.digest, blob.digest);
    layers.push(blob);
  }
  const image = assembled(files, configJson, bytes, layers, wanted, annotationsOf(manifest));
  const name = textAt(objectAt(chosen.json, 'annotations'), 'io.containerd.image.name');
  return { image, name, digest: chosen.digest };
}

/** The manifest of the platform, looked for through indexes in the index. */
async function choose(
  files: ImageFiles,
  index: Json,
  where: string,
  wanted: Platform | undefined,
  depth = 0,
): Promise<Descriptor> {
  if (depth > 4) throw new InputError(files.name, 'its indexes hold each other');
  const list = isObject(index) && Array.isArray(index['manifests']) ? index['manifests'] : undefined;
  if (list === undefined) throw new InputError(files.name, `${where} has no list of manifests`);
  const found = new Map<Digest, Descriptor>();
  for (const json of list) {
    const one = descriptor(files, json, where);
    const kind = objectAt(one.json, 'annotations')['vnd.docker.reference.type'];
    if (kind !== 'attestation-manifest' && !found.has(one.digest)) found.set(one.digest, one);
  }
  let candidates = [...found.values()];
  if (candidates.length > 1) {
    const platforms = candidates.map((one) => platformOf(one.json['platform']));
    if (
      platforms.some((platform) => platform === undefined) ||
      new Set(platforms.map((p) => platformText(p!))).size === 1
    ) {
      const names = candidates.map(
        (one) => textAt(objectAt(one.json, 'annotations'), 'io.containerd.image.name') ?? one.digest,
      );
      throw new InputError(files.name, `holds several images: ${names.join(', ')}`, 'give an archive of one image');
    }
    const target = wanted ?? DEFAULT_PLATFORM;
    candidates = candidates.filter((_, at) => matches(platforms[at]!, target));
    if (candidates.length === 0)
      throw noPlatform(
        files,
        target,
        platforms.map((platform) => platformText(platform!)),
      );
  }
  const [one] = candidates;
  if (one === undefined) throw new InputError(files.name, `${where} lists no image`);
  if (!/index|manifest\.list/.test(one.mediaType)) return one;
  const { json } = await verifiedJson(files, one);
  return choose(files, json, one.digest, wanted, depth + 1);
}

async function fromDocker(
  files: ImageFiles,
  place: Place,
  wanted: Platform | undefined,
  blobs: Blobs,
): Promise<Opened> {
  const { json } = await readJson(place, files.name, 'manifest.json');
  const list = Array.isArray(json) ? json : [];
  if (list.length > 1) {
    const names = list.map((item) => textsAt(item, 'RepoTags')?.[0] ?? textAt(item, 'Config') ?? '?');
    throw new InputError(files.name, `holds several images: ${names.join(', ')}`, 'give an archive of one image');
  }
  const [item] = list;
  const configPath = textAt(item, 'Config');
  const layerPaths = textsAt(item, 'Layers') ?? (isObject(item) && item['Layers'] === null ? [] : undefined);
  if (configPath === undefined || layerPaths === undefined) {
    throw new InputError(files.name, 'manifest.json does not name a config and layers');
  }
  const config = await readJson(await required(files, configPath), files.name, configPath);
  checkName(files, configPath, [digestOf(config.bytes)]);
  const known = new Map<string, Blob>();
  const layers: Blob[] = [];
  for (const path of layerPaths) {
    const blob = known.get(path) ?? (await blobs.ofPlace(await required(files, path)));
    known.set(path, blob);
    checkName(files, path, [blob.digest, blob.diffId]);
    layers.push(blob);
  }
  const image = assembled(files, config.json, config.bytes, layers, wanted, {});
  return { image, name: textsAt(item, 'RepoTags')?.[0], digest: undefined };
}

/** Joins what was read, if config and layers agree. */
function assembled(
  files: ImageFiles,
  config: Json,
  configBytes: Buffer,
  layers: readonly Blob[],
  wanted: Platform | undefined,
  annotations: Record<string, string>,
): Image {
  const diffIds = textsAt(objectAt(config, 'rootfs'), 'diff_ids') ?? [];
  if (!isObject(config)) throw new InputError(files.name, 'its config is not an object');
  if (diffIds.length !== layers.length) {
    throw new InputError(files.name, `has ${layers.length} layers, and its config tells of ${diffIds.length}`);
  }
  for (const [number, { diffId }] of layers.entries()) {
    if (diffIds[number] !== diffId)
      throw wrongDigest(files, `the diff_id of layer ${number + 1}`, diffIds[number]!, diffId);
  }
  const platform = platformOf(config) ?? DEFAULT_PLATFORM;
  if (wanted && !matches(platform, wanted)) throw noPlatform(files, wanted, [platformText(platform)]);
  return { config, configBytes, platform, layers, annotations };
}

function descriptor(files: ImageFiles, json: Json | undefined, where: string): Descriptor {
  const digest = textAt(json, 'digest');
  const size = isObject(json) ? json['size'] : undefined;
  if (!isObject(json) || digest === undefined || typeof size !== 'number') {
    throw new InputError(files.name, `${where} has a damaged descriptor`);
  }
  if (!isDigest(digest)) throw new InputError(files.name, `${where} has a digest that is not sha256: ${digest}`);
  return { digest, size, mediaType: textAt(json, 'mediaType') ?? '', json };
}

async function blobPlace(files: ImageFiles, { digest, size }: Descriptor): Promise<Place> {
  const place = await required(files, `blobs/sha256/${hex(digest)}`);
  if (place.size !== size) {
    throw new InputError(files.name, `blob ${digest} has ${place.size} bytes, and its descriptor says ${size}`);
  }
  return place;
}

async function verifiedJson(files: ImageFiles, wanted: Descriptor): Promise<{ json: Json; bytes: Buffer }> {
  const read = await readJson(await blobPlace(files, wanted), files.name, wanted.digest);
  const digest = digestOf(read.bytes);
  if (digest !== wanted.digest) throw wrongDigest(files, 'a manifest or config', wanted.digest, digest);
  return read;
}

async function required(files: ImageFiles, path: string): Promise<Place> {
  const place = await files.find(path);
  if (place === undefined) throw new InputError(files.name, `names ${path}, which is missing in it`);
  return place;
}

/** Where a docker archive names a file by a digest, the file must be what its name says. */
function checkName(files: ImageFiles, path: string, digests: readonly Digest[]): void {
  const name = /^(?:blobs\/sha256\/|sha256:)?([0-9a-f]{64})(?:\.tar|\.tar\.gz|\.json)?$/.exec(path)?.[1];
  if (name === undefined || digests.some((digest) => hex(digest) === name)) return;
  throw wrongDigest(files, path, `sha256:${name}`, digests[0]!);
}

function wrongDigest(files: ImageFiles, what: string, told: string, found: Digest): InputError {
  return new InputError(files.name, `${what} should be ${told} and is ${found}`);
}

function noPlatform(files: ImageFiles, wanted: Platform, has: readonly string[]): InputError {
  return new InputError(files.name, `has no image for ${platformText(wanted)}, only for ${has.join(', ')}`);
}

function annotationsOf(manifest: Json): Record<string, string> {
  const annotations: Record<string, string> = {};
  for (const [key, value] of Object.entries(objectAt(manifest, 'annotations'))) {
    if (typeof value === 'string') annotations[key] = value;
  }
  return annotations;
}
