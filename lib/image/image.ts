import type { Compression } from '../codecs/compression.ts';
import type { Digest } from '../bytes/digest.ts';
import type { Body } from '../entries/entry.ts';
import type { JsonObject } from './json.ts';
import type { Place } from '../bytes/place.ts';
import type { Platform } from './platform.ts';

/** A layer as it is stored. */
export interface Stored {
  /** Of the bytes as they are stored. */
  readonly digest: Digest;
  readonly size: number;
  readonly compression: Compression;
  /** Its bytes; those that are downloaded can be had once. */
  content(): Body;
}

/** A stored layer that can be read at any time, and what it is when it is decompressed. */
export interface Blob extends Stored {
  readonly place: Place;
  /** The digest of the plain tar. */
  readonly diffId: Digest;
}

/** An image: it flows in one piece, its layers being places, or downloads that are made when they are read. */
export interface Image<Layer extends Stored = Blob> {
  /** The config file as it was read; its bytes are kept as long as nothing in it changes. */
  readonly config: JsonObject;
  readonly configBytes: Buffer;
  readonly platform: Platform;
  readonly layers: readonly Layer[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Its manifest as it was read. Left out as soon as the image is not what it says. */
  readonly raw?: Raw;
}

/** A manifest or an index, verbatim. */
export interface Raw {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** The images for several platforms, all of them, as they are. */
export interface Index {
  readonly raw: Raw;
  /** The manifests and configs. */
  readonly documents: readonly Buffer[];
  readonly blobs: readonly Pick<Stored, 'digest' | 'size' | 'content'>[];
}
