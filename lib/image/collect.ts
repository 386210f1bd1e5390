import { type Digest, digestOf } from '../bytes/digest.ts';
import { INDEX_DEPTH, MANIFEST_LIMIT } from '../bytes/limits.ts';
import type { Place } from '../bytes/place.ts';
import { InputError } from '../errors.ts';
import { pump } from '../streams/pump.ts';
import { placeSource } from '../streams/source.ts';
import { checkDiffIds } from './agreement.ts';
import { readDockerArchive } from './docker-archive.ts';
import { manifestOfDocker } from './docker-manifest.ts';
import type { Blob, ImageIndex, Layer, Manifest } from './image.ts';
import { isObject, type Json, type JsonObject, objectAt, parseJson, textAt } from './json.ts';
import type { LayerStore } from './layer-store.ts';
import {
  type Descriptor,
  descriptorOf,
  isImageConfig,
  isManifest,
  jsonBytes,
  manifestsOf,
  mediaTypes,
} from './manifest.ts';
import { readManifest, readParts } from './oci-layout.ts';
import { type Platform, platformOf, platformText } from './platform.ts';
import { verifyLayer } from './recognition.ts';
import { entranceOf, type ImageSource, withBlobs } from './source.ts';

/** Images that are to be one for several platforms. */
export interface Collection {
  /**
   * Adds all images of a source, verified, with what attests them. One for a platform that is there already, and one that
   * does not say what it is for, is an InputError.
   */
  add(files: ImageSource<Place>): Promise<void>;
  /** All of them, as one. */
  index(annotations: Readonly<Record<string, string>>): ImageIndex;
}

/** Makes an empty collection; the sources must stay open as long as its index is used. */
export function collection(store: LayerStore): Collection {
  const descriptors: JsonObject[] = [];
  const documents: Buffer[] = [];
  const blobs: Blob[] = [];
  const inputs = new Map<string, string>();

  function addImage(input: string, manifest: Manifest, config: Json, described: JsonObject = {}): void {
    const platform = platformOf(config);
    if (platform === undefined) throw new InputError(input, 'does not say what platform it is for');
    const text = platformText(platform).replace(/\/arm64\/v8$/, '/arm64');
    const other = inputs.get(text);
    if (other !== undefined) {
      throw new InputError(input, `is for ${text}, and so is ${other}`, 'an index has one image for each platform');
    }
    inputs.set(text, input);
    documents.push(manifest.bytes);
    descriptors.push({ ...descriptor(manifest), ...described, platform: describedPlatform(platform, described) });
  }

  async function addDocker(source: ImageSource<Layer>, file: Buffer): Promise<void> {
    const { config, configBytes, layers, layerSources } = await readDockerArchive(source, file);
    const restored = [];
    // One layer may come many times.
    const verified = new Set<Digest>();
    for (const layer of layers) {
      const { place, digest: own } = layer;
      if (layer.compression === 'none' && !verified.has(own)) await pump(placeSource(place), verifyLayer(place.name));
      verified.add(own);
      // As push would: what is compressed stays as it is.
      const stored = layer.compression === 'none' ? await store.convert(layer, 'gzip') : layer;
      const { digest, size, compression } = stored;
      restored.push({ digest: layer.digest, diffId: layer.diffId, stored: { digest, size, compression } });
      blobs.push(stored);
    }
    documents.push(configBytes);
    addImage(source.name, manifestOfDocker(configBytes, restored, layerSources), config);
  }

  async function addList(
    source: ImageSource<Layer>,
    list: readonly Json[],
    where: string,
    depth: number,
  ): Promise<void> {
    const { name } = source;
    if (depth > INDEX_DEPTH) throw new InputError(name, `has indexes in each other, more than ${INDEX_DEPTH}`);
    if (list.length > MANIFEST_LIMIT)
      throw new InputError(name, `${where} lists more than ${MANIFEST_LIMIT} manifests`);
    const seen = new Set<Digest>();
    for (const item of list) {
      const listed = descriptorOf(item, name, where);
      // An image of several names is listed once for each; of what is unknown nothing may be expected.
      if (seen.has(listed.digest) || !isManifest(listed.mediaType)) continue;
      seen.add(listed.digest);
      const manifest = await readManifest(source, listed);
      const json = parseJson(manifest.bytes, name, listed.digest);
      const inner = manifestsOf(json);
      if (inner) await addList(source, inner, listed.digest, depth + 1);
      else await addManifest(source, manifest, json, listed);
    }
  }

  async function addManifest(
    source: ImageSource<Layer>,
    manifest: Manifest,
    json: Json,
    listed: Descriptor,
  ): Promise<void> {
    const { name } = source;
    const { config, configBytes, configBlob, layers } = await readParts(source, json, listed.digest);
    const present = layers.flatMap(({ blob }) => blob ?? []);
    if (isAttestation(listed)) {
      documents.push(manifest.bytes);
      descriptors.push(listed.json);
    } else if (configBytes && isImageConfig(config)) {
      const content = parseJson(configBytes, name, config.digest);
      if (present.length === layers.length) checkDiffIds(name, content, present);
      addImage(name, manifest, content, withoutNames(listed.json));
    } else {
      throw new InputError(name, `holds an artifact (${config.mediaType}), not an image`);
    }
    if (configBytes) documents.push(configBytes);
    blobs.push(...present, ...(configBlob ? [configBlob] : []));
  }

  return {
    async add(files) {
      const source = withBlobs(files, (place) => store.measure(place), { key: ({ fd, offset }) => `${fd}:${offset}` });
      const { format, file } = await entranceOf(source, 'layout');
      if (format === 'docker') return addDocker(source, file);
      const list = manifestsOf(parseJson(file, source.name, 'index.json'));
      if (list === undefined) throw new InputError(source.name, 'index.json has no list of manifests');
      const before = descriptors.length;
      await addList(source, list, 'index.json', 0);
      if (descriptors.length === before) throw new InputError(source.name, 'index.json lists no image');
    },
    index(annotations) {
      const hasAnnotations = Object.keys(annotations).length > 0;
      const bytes = jsonBytes({
        schemaVersion: 2,
        mediaType: mediaTypes.oci.index,
        manifests: descriptors,
        ...(hasAnnotations && { annotations: { ...annotations } }),
      });
      return { index: { bytes, mediaType: mediaTypes.oci.index }, documents, blobs };
    },
  };
}

/** How BuildKit lists what it attests of an image, which is for no platform. */
function isAttestation({ json }: Descriptor): boolean {
  const kind = textAt(objectAt(json, 'annotations'), 'vnd.docker.reference.type');
  return kind === 'attestation-manifest' || textAt(objectAt(json, 'platform'), 'os') === 'unknown';
}

function descriptor({ bytes, mediaType }: Manifest): JsonObject {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

/** The platform as the config tells it; what the descriptor tells besides, as a version of Windows, stays. */
function describedPlatform({ os, architecture, variant }: Platform, described: JsonObject): JsonObject {
  const own = { ...objectAt(described, 'platform') };
  delete own['variant'];
  return { ...own, architecture, os, ...(variant && { variant }) };
}

/** A descriptor without the names that an image had in its archive. */
function withoutNames(json: JsonObject): JsonObject {
  const names = new Set(['io.containerd.image.name', 'org.opencontainers.image.ref.name']);
  const annotations = Object.entries(objectAt(json, 'annotations')).filter(([key]) => !names.has(key));
  const { annotations: _, ...rest } = json;
  return isObject(json['annotations']) && annotations.length > 0
    ? { ...rest, annotations: Object.fromEntries(annotations) }
    : rest;
}
