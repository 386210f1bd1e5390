import type { Digest } from '../bytes/digest.ts';
import type { Place } from '../bytes/place.ts';
import type { Compression } from '../codecs/compression.ts';
import type { Body } from '../entries/entry.ts';
import type { JsonObject } from './json.ts';
import type { Platform } from './platform.ts';

/** A blob of an image (OCI image specification, descriptor.md). */
export interface Blob {
  /** Of the bytes as they are stored. */
  readonly digest: Digest;
  /** Of the bytes as they are stored, in bytes. */
  readonly size: number;
  /** The bytes, verified against digest and size as they are read. Those that are downloaded can be had once. */
  content(): Body;
}

/** A layer as an image stores it. */
export interface StoredLayer extends Blob {
  readonly compression: Compression;
}

/** A stored layer that can be read at any time, and that was read once. */
export interface Layer extends StoredLayer {
  readonly place: Place;
  /** The digest of the plain tar. */
  readonly diffId: Digest;
}

/** An image: it flows in one piece, its layers being places, or downloads that are made when they are read. */
export interface Image<L extends StoredLayer = Layer> {
  readonly config: JsonObject;
  /** The config as it was read; its bytes are kept as long as nothing in it changes. */
  readonly configBytes: Buffer;
  readonly platform: Platform;
  /** The lowest first. */
  readonly layers: readonly L[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Its manifest as it was read. Left out as soon as the image is not what it says. */
  readonly manifest?: Manifest;
}

/** A manifest or an index, verbatim. */
export interface Manifest {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** The images for several platforms, all of them, as they are. */
export interface ImageIndex {
  readonly index: Manifest;
  /** The manifests and configs. */
  readonly documents: readonly Buffer[];
  readonly blobs: readonly Blob[];
}

/** An image that was opened, and what is known of it besides itself. */
export interface OpenedImage {
  readonly image: Image;
  /** The name that its archive gives it, where it gives one. */
  readonly name: string | undefined;
  /** The digest of its manifest, where it has one. */
  readonly digest: Digest | undefined;
  /** The platforms that its archive has images for. */
  readonly platforms: readonly string[];
}
