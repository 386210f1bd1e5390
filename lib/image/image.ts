import type { Compression } from '../compression.ts';
import type { Digest } from '../digest.ts';
import type { JsonObject } from '../json.ts';
import type { Place } from '../place.ts';
import type { Platform } from './platform.ts';

/** A layer as it is stored, and what it is when it is decompressed. */
export interface Blob {
  readonly place: Place;
  /** Of the bytes as they are stored. */
  readonly digest: Digest;
  readonly size: number;
  readonly compression: Compression;
  /** The digest of the plain tar. */
  readonly diffId: Digest;
}

/** An image: it flows in one piece, its layers being places. */
export interface Image {
  /** The config file as it was read; its bytes are kept as long as nothing in it changes. */
  readonly config: JsonObject;
  readonly configBytes: Buffer;
  readonly platform: Platform;
  readonly layers: readonly Blob[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** Media types of the OCI image specification. */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: {
    none: 'application/vnd.oci.image.layer.v1.tar',
    gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
    zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  },
} as const;
