import { digestOf, hex } from '../bytes/digest.ts';
import { InputError } from '../errors.ts';
import { type Json, readJson } from './json.ts';
import type { Place } from '../bytes/place.ts';
import { assembled, type Opened, required, wrongDigest } from './agreement.ts';
import type { Blobs } from './blob.ts';
import type { ImageFiles } from './files.ts';
import type { Blob } from './image.ts';
import { annotationsOf, type Descriptor, manifestsOf, partsOf } from './manifest.ts';
import { nameOf, pick, platformsIn } from './oci-index.ts';
import { type Platform, platformText } from './platform.ts';

interface Chosen {
  readonly descriptor: Descriptor;
  readonly manifest: Json;
  /** Where it or an index that it is in has one. */
  readonly name: string | undefined;
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
  const { descriptor: chosen, manifest, name, platforms } = await choose(files, index, 'index.json', wanted);
  const { config, layers: told } = partsOf(manifest, files.name, 'the manifest');
  if (!/config|container\.image\.v1/.test(config.mediaType)) {
    throw new InputError(files.name, `holds an artifact (${config.mediaType}), not an image`);
  }
  const { json: configJson, bytes } = await verifiedJson(files, config);
  const layers: Blob[] = [];
  for (const [number, layer] of told.entries()) {
    const blob = await blobs.ofPlace(await blobPlace(files, layer));
    if (blob.digest !== layer.digest) throw wrongDigest(files.name, `layer ${number + 1}`, layer.digest, blob.digest);
    layers.push(blob);
  }
  const image = assembled(files.name, configJson, bytes, layers, wanted, annotationsOf(manifest));
  const listed = platforms.length > 0 ? platforms : [platformText(image.platform)];
  return { image, name, digest: chosen.digest, platforms: listed };
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
  const one = pick(files.name, index, where, wanted);
  const { json } = await verifiedJson(files, one);
  const inner = manifestsOf(json);
  const name = nameOf(one);
  const platforms = platformsIn(files.name, index, where);
  if (!inner) return { descriptor: one, manifest: json, name, platforms };
  const found = await choose(files, inner, one.digest, wanted, depth + 1);
  return { ...found, name: found.name ?? name, platforms: found.platforms.length > 0 ? found.platforms : platforms };
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
  if (digest !== wanted.digest) throw wrongDigest(files.name, 'a manifest or config', wanted.digest, digest);
  return read;
}
