import { type Digest, digestOf, hex, isDigest } from '../digest.ts';
import { InputError } from '../errors.ts';
import { isObject, type Json, type JsonObject, objectAt, readJson, textAt } from '../json.ts';
import type { Place } from '../place.ts';
import { assembled, noPlatform, type Opened, required, wrongDigest } from './assemble.ts';
import type { Blobs } from './blob.ts';
import type { ImageFiles } from './files.ts';
import type { Blob } from './image.ts';
import { DEFAULT_PLATFORM, matches, type Platform, platformOf, platformText } from './platform.ts';

interface Descriptor {
  readonly digest: Digest;
  readonly size: number;
  readonly mediaType: string;
  readonly json: JsonObject;
}

interface Chosen {
  readonly descriptor: Descriptor;
  readonly manifest: Json;
  /** Of the index that it was chosen from; none where there was no choice. */
  readonly platforms: readonly string[];
}

/** An OCI layout (OCI image specification, image-layout.md), found by its index. */
export async function fromLayout(
  files: ImageFiles,
  place: Place,
  wanted: Platform | undefined,
  blobs: Blobs,
): Promise<Opened> {
  const { json } = await readJson(place, files.name, 'index.json');
  const index = manifestsOf(json);
  if (index === undefined) throw new InputError(files.name, 'index.json has no list of manifests');
  const { descriptor: chosen, manifest, platforms } = await choose(files, index, 'index.json', wanted);
  const config = descriptor(files, isObject(manifest) ? manifest['config'] : undefined, 'the manifest');
  if (!/config|container\.image\.v1/.test(config.mediaType)) {
    throw new InputError(files.name, `holds an artifact (${config.mediaType}), not an image`);
  }
  const { json: configJson, bytes } = await verifiedJson(files, config);
  const listed = isObject(manifest) && Array.isArray(manifest['layers']) ? manifest['layers'] : [];
  const layers: Blob[] = [];
  for (const [number, json] of listed.entries()) {
    const layer = descriptor(files, json, 'the manifest');
    const blob = await blobs.ofPlace(await blobPlace(files, layer));
    if (blob.digest !== layer.digest) throw wrongDigest(files, `layer ${number + 1}`, layer.digest, blob.digest);
    layers.push(blob);
  }
  const image = assembled(files, configJson, bytes, layers, wanted, annotationsOf(manifest));
  const told = platforms.length > 0 ? platforms : [platformText(image.platform)];
  return { image, name: nameOf(chosen), digest: chosen.digest, platforms: told };
}

/** The manifest of the platform, looked for through indexes in the index. */
async function choose(
  files: ImageFiles,
  index: Json[],
  where: string,
  wanted: Platform | undefined,
  depth = 0,
): Promise<Chosen> {
  if (depth > 4) throw new InputError(files.name, 'its indexes hold each other');
  const { one, platforms } = pick(files, index, where, wanted);
  const { json } = await verifiedJson(files, one);
  const inner = manifestsOf(json);
  if (inner === undefined) return { descriptor: one, manifest: json, platforms };
  const chosen = await choose(files, inner, one.digest, wanted, depth + 1);
  return chosen.platforms.length > 0 ? chosen : { ...chosen, platforms };
}

/** The one that an index lists, or the one for the platform. */
function pick(
  files: ImageFiles,
  index: Json[],
  where: string,
  wanted: Platform | undefined,
): { one: Descriptor; platforms: string[] } {
  const found = new Map<Digest, Descriptor>();
  for (const json of index) {
    const one = descriptor(files, json, where);
    const kind = objectAt(one.json, 'annotations')['vnd.docker.reference.type'];
    if (kind !== 'attestation-manifest' && !found.has(one.digest)) found.set(one.digest, one);
  }
  const candidates = [...found.values()];
  const [only] = candidates;
  if (only === undefined) throw new InputError(files.name, `${where} lists no image`);
  if (candidates.length === 1) return { one: only, platforms: [] };
  const platforms = candidates.map((one) => platformOf(one.json['platform']));
  const texts = platforms.map((platform) => (platform ? platformText(platform) : ''));
  if (texts.includes('') || new Set(texts).size === 1) {
    const names = candidates.map((one) => nameOf(one) ?? one.digest);
    throw new InputError(files.name, `holds several images: ${names.join(', ')}`, 'give an archive of one image');
  }
  const target = wanted ?? DEFAULT_PLATFORM;
  const at = platforms.findIndex((platform) => platform && matches(platform, target));
  const one = candidates[at];
  if (one === undefined) throw noPlatform(files, target, texts);
  return { one, platforms: texts };
}

function manifestsOf(json: Json): Json[] | undefined {
  const list = isObject(json) ? json['manifests'] : undefined;
  return Array.isArray(list) ? list : undefined;
}

/** Some write the whole name where others write the tag alone. */
function nameOf({ json }: Descriptor): string | undefined {
  const annotations = objectAt(json, 'annotations');
  const name = textAt(annotations, 'org.opencontainers.image.ref.name');
  return textAt(annotations, 'io.containerd.image.name') ?? (name?.includes('/') ? name : undefined);
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

function annotationsOf(manifest: Json): Record<string, string> {
  const annotations: Record<string, string> = {};
  for (const [key, value] of Object.entries(objectAt(manifest, 'annotations'))) {
    if (typeof value === 'string') annotations[key] = value;
  }
  return annotations;
}
