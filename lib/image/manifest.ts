import { type Digest, isDigest } from '../bytes/digest.ts';
import type { Compression } from '../codecs/compression.ts';
import { InputError } from '../errors.ts';
import { isObject, type Json, type JsonObject, objectAt, textAt } from './json.ts';

/** The words of a manifest: those of the OCI image specification, or docker's (Image Manifest Version 2, Schema 2). */
export const mediaTypes = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: {
      none: 'application/vnd.oci.image.layer.v1.tar',
      gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
      zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
    },
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: {
      none: 'application/vnd.docker.image.rootfs.diff.tar',
      gzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      // containerd's: docker itself has none.
      zstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
    },
  },
} as const;

export type Dialect = keyof typeof mediaTypes;

/** What a manifest or an index says of a blob. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly json: JsonObject;
}

/**
 * Reads a descriptor (OCI image specification, descriptor.md). One that is damaged, or whose digest is not sha256, is an
 * InputError.
 *
 * @param input the image's name, for errors
 * @param where what has the descriptor
 */
export function descriptorOf(json: Json | undefined, input: string, where: string): Descriptor {
  const digest = textAt(json, 'digest');
  const size = isObject(json) ? json['size'] : undefined;
  if (!isObject(json) || digest === undefined || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new InputError(input, `${where} has a damaged descriptor`);
  }
  if (!isDigest(digest)) throw new InputError(input, `${where} has a digest that is not sha256: ${digest}`);
  return { digest, size, mediaType: textAt(json, 'mediaType') ?? '', json };
}

/** The descriptors in a manifest: of its config, and of its layers, lowest first. */
export function partsOf(manifest: Json, input: string, where: string): { config: Descriptor; layers: Descriptor[] } {
  const layers = isObject(manifest) ? (manifest['layers'] ?? []) : [];
  if (!isObject(manifest) || !Array.isArray(layers)) throw new InputError(input, `${where} is not a manifest`);
  return {
    config: descriptorOf(manifest['config'], input, where),
    layers: layers.map((layer) => descriptorOf(layer, input, where)),
  };
}

/** Whether a media type is that of a manifest or an index; some descriptors have none. */
export function isManifest(mediaType: string): boolean {
  const { oci, docker } = mediaTypes;
  return ['', oci.manifest, oci.index, docker.manifest, docker.index].includes(mediaType);
}

/** Whether a media type is that of an index, docker's manifest list included. */
export function isIndexType(mediaType: string): boolean {
  return mediaType === mediaTypes.oci.index || mediaType === mediaTypes.docker.index;
}

/** The list of an index; undefined where it is none. */
export function manifestsOf(json: Json): Json[] | undefined {
  const list = isObject(json) ? json['manifests'] : undefined;
  return Array.isArray(list) ? list : undefined;
}

/** The annotations of a manifest that are texts. */
export function annotationsOf(manifest: Json): Record<string, string> {
  const annotations: Record<string, string> = {};
  for (const [key, value] of Object.entries(objectAt(manifest, 'annotations'))) {
    if (typeof value === 'string') annotations[key] = value;
  }
  return annotations;
}

/** Whether a descriptor is of the config of an image, and not of an artifact. */
export function isImageConfig({ mediaType }: Descriptor): boolean {
  return mediaType === mediaTypes.oci.config || mediaType === mediaTypes.docker.config;
}

/** How a layer of a media type is stored; undefined where that is no layer's. */
export function layerCompression(mediaType: string): Compression | undefined {
  const layer = /^application\/vnd\.(?:oci\.image\.layer\.|docker\.image\.rootfs\.)[a-z0-9.]*tar(?:[.+](gzip|zstd))?$/;
  const parts = layer.exec(mediaType);
  if (!parts) return undefined;
  return parts[1] === 'gzip' || parts[1] === 'zstd' ? parts[1] : 'none';
}

/** Whether registries need not have the layer, which others distribute (`urls`). */
export function isForeign({ mediaType, json }: Descriptor): boolean {
  return /foreign|nondistributable/.test(mediaType) && Array.isArray(json['urls']);
}

/** What a manifest is to say of a layer. */
export interface LayerDescriptor {
  readonly digest: Digest;
  readonly size: number;
  readonly compression: Compression;
  /** Where it is another than the dialect's. */
  readonly mediaType?: string | undefined;
}

/**
 * A manifest (OCI image specification, manifest.md). Its fields stand as go-containerregistry writes them, so that the
 * same image has the same digest.
 */
export function manifestOf(
  dialect: Dialect,
  config: { readonly digest: Digest; readonly size: number },
  layers: readonly LayerDescriptor[],
  annotations: Readonly<Record<string, string>> = {},
): JsonObject {
  const types = mediaTypes[dialect];
  const list = layers.map(({ mediaType, compression, digest, size }) => ({
    mediaType: mediaType ?? types.layer[compression],
    size,
    digest,
  }));
  const hasAnnotations = Object.keys(annotations).length > 0;
  return {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, size: config.size, digest: config.digest },
    layers: list,
    ...(hasAnnotations && { annotations: { ...annotations } }),
  };
}

/** JSON as it is written here: in one line, the keys in their order. */
export function jsonBytes(json: Json): Buffer {
  return Buffer.from(JSON.stringify(json));
}
