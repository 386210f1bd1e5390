import { type Digest, digestOf, hex } from '../bytes/digest.ts';
import { INDEX_DEPTH } from '../bytes/limits.ts';
import { InputError } from '../errors.ts';
import { checkBlob, checkDocument, type Measured } from './agreement.ts';
import type { Manifest } from './image.ts';
import { isObject, type Json, parseJson, textAt } from './json.ts';
import { type Descriptor, isForeign, isIndexType, isManifest, manifestsOf, mediaTypes, partsOf } from './manifest.ts';
import { chooseManifest, nameOf, platformsOf, soleManifest } from './oci-index.ts';
import type { Platform } from './platform.ts';
import { blobsAt, documentAt, type ImageSource } from './source.ts';

/*
 * The one reader of OCI layouts (OCI image specification, image-layout.md), whatever their files are in. Every digest and
 * size that a descriptor tells is verified; what does not agree is an InputError.
 */

/** What an index led to: a manifest, or an index. */
export interface Root extends Manifest {
  readonly json: Json;
  readonly digest: Digest;
  /** Where it, or an index that lists it, has one. */
  readonly name: string | undefined;
  /** Of the index that it was chosen from; none where there was no choice. */
  readonly platforms: readonly string[];
}

/**
 * Follows the index of a layout to an image, through indexes in the index.
 *
 * @param file index.json
 * @param wanted the platform, where several are to choose from: linux/amd64 where it is undefined
 * @param several what becomes of an index of several images when no platform is wanted: `choose` the default, or `keep`
 *   the index whole
 */
export async function findRoot(
  source: ImageSource<unknown>,
  file: Buffer,
  wanted: Platform | undefined,
  several: 'choose' | 'keep',
): Promise<Root> {
  const { name: input } = source;
  const isWhole = several === 'keep' && wanted === undefined;
  let where: string = 'index.json';
  let json = parseJson(file, input, where);
  let list = manifestsOf(json);
  let name: string | undefined;
  let platforms: readonly string[] = [];
  if (list === undefined) throw new InputError(input, 'index.json has no list of manifests');
  checkKind(input, json, mediaTypes.oci.index);
  for (let depth = 0; depth < INDEX_DEPTH; depth++) {
    const descriptor = isWhole ? soleManifest(input, list, where) : chooseManifest(input, list, where, wanted);
    if (descriptor === undefined) {
      const mediaType = textAt(json, 'mediaType') ?? mediaTypes.oci.index;
      return { bytes: file, mediaType, json, digest: digestOf(file), name, platforms };
    }
    const choice = platformsOf(input, list, where);
    // The innermost name and choice count.
    if (choice.length > 0) platforms = choice;
    name = nameOf(descriptor) ?? name;
    const manifest = await readManifest(source, descriptor);
    const { digest } = descriptor;
    where = digest;
    json = parseJson(manifest.bytes, input, where);
    list = manifestsOf(json);
    if (list === undefined || isWhole) return { ...manifest, json, digest, name, platforms };
  }
  throw new InputError(input, `has indexes in each other, more than ${INDEX_DEPTH}`);
}

/** The manifest or index of a descriptor. */
export async function readManifest(source: ImageSource<unknown>, descriptor: Descriptor): Promise<Manifest> {
  const bytes = await documentAt(source, blobName(descriptor.digest));
  checkDocument(source.name, descriptor, bytes);
  const json = parseJson(bytes, source.name, descriptor.digest);
  checkKind(source.name, json, descriptor.mediaType);
  const own = textAt(json, 'mediaType');
  return { bytes, mediaType: descriptor.mediaType || own || mediaTypes.oci.manifest };
}

/**
 * Throws an InputError where a manifest is something else than its media types say, or an index as well: readers would
 * see different images in it.
 */
function checkKind(input: string, json: Json, described: string): void {
  const own = textAt(json, 'mediaType') ?? '';
  if (!isManifest(own)) throw new InputError(input, `has a manifest of the unknown media type ${own}`);
  if (!isObject(json)) return;
  const version = json['schemaVersion'];
  if (version !== undefined && version !== 2) throw new InputError(input, 'has a manifest of another schema than 2');
  const isIndex = json['manifests'] !== undefined;
  if (isIndex && (json['layers'] !== undefined || json['config'] !== undefined)) {
    throw new InputError(input, 'has a manifest that is an index too');
  }
  for (const mediaType of [own, described]) {
    if (mediaType === '' || !isManifest(mediaType) || isIndexType(mediaType) === isIndex) continue;
    const kind = isIndex ? 'an index' : 'a manifest';
    throw new InputError(input, `has ${kind} of the media type ${mediaType}, which is of another kind`);
  }
}

/** The parts of an image or an artifact, as its manifest names them. */
export interface ManifestParts<Blob> {
  readonly config: Descriptor;
  /** The config where it is JSON; else it is a blob, of an artifact. */
  readonly configBytes: Buffer | undefined;
  readonly configBlob: Blob | undefined;
  /** The lowest first. A layer that only its vendor may distribute need not be there. */
  readonly layers: readonly { readonly descriptor: Descriptor; readonly blob: Blob | undefined }[];
}

/**
 * Reads the blobs of a manifest.
 *
 * @param where the manifest, for errors
 */
export async function readParts<Blob extends Measured>(
  source: ImageSource<Blob>,
  manifest: Json,
  where: string,
): Promise<ManifestParts<Blob>> {
  const { name } = source;
  const { config, layers } = partsOf(manifest, name, where);
  const present: Descriptor[] = [];
  for (const layer of layers) {
    if (!isForeign(layer) || (await source.has(blobName(layer.digest)))) present.push(layer);
  }
  const blobs = await blobsAt(
    source,
    present.map(({ digest }) => blobName(digest)),
  );
  const byLayer = new Map(present.map((layer, at) => [layer, blobs[at]!]));
  for (const [layer, blob] of byLayer) checkBlob(name, layer, blob);
  const configBytes = await source.document(blobName(config.digest));
  const [configBlob] = configBytes ? [] : await blobsAt(source, [blobName(config.digest)]);
  if (configBytes) checkDocument(name, config, configBytes);
  if (configBlob) checkBlob(name, config, configBlob);
  return {
    config,
    configBytes,
    configBlob,
    layers: layers.map((descriptor) => ({ descriptor, blob: byLayer.get(descriptor) })),
  };
}

/** Where a layout has a blob. */
export function blobName(digest: Digest): string {
  return `blobs/sha256/${hex(digest)}`;
}
