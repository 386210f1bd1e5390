import type { Digest } from '../bytes/digest.ts';
import { type Place, readNow, within } from '../bytes/place.ts';
import type { ArrivingBlob } from '../image/pipe-source.ts';
import type { Source } from '../streams/flow.ts';
import { byteSource, placeSource } from '../streams/source.ts';
import { BLOCK } from '../tar/block.ts';

/** A file of an image that is a blob in a registry, or becomes one. */
export interface BlobFile {
  /** What it is called in errors: the archive, and the file in it. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** The digest that its name claims, of the bytes as they are stored. */
  readonly claimed: Digest | undefined;
  /** Its first bytes: a block of a tar, or all where it is smaller. */
  readonly head: Buffer;
  /** All of its bytes, the head included. */
  bytes(): Source<Buffer>;
  /** Whether its bytes can be had more than once. */
  readonly isRepeatable: boolean;
}

/**
 * A file that can be read at any time.
 *
 * @param path in the image
 */
export function fileAt(place: Place, path: string): BlobFile {
  const { name, size } = place;
  const head = readNow(within(place, 0, Math.min(size, BLOCK)));
  return { name, size, claimed: digestInName(path), head, bytes: () => placeSource(place), isRepeatable: true };
}

/** @param archive the name of what the blob is in */
export function arrivingFile({ path, size, head, content }: ArrivingBlob, archive: string): BlobFile {
  return {
    name: `${archive}: ${path}`,
    size,
    claimed: digestInName(path),
    head,
    bytes: () => byteSource(content.bytes()),
    isRepeatable: false,
  };
}

/**
 * The digest that a file's name claims. `HEX.tar` is left out: podman names plain layers so, and others compressed ones
 * by the digest of the plain layer.
 */
function digestInName(path: string): Digest | undefined {
  const parts = /^(?:blobs\/sha256\/([0-9a-f]{64})|(?:sha256:)?([0-9a-f]{64})\.tar\.gz)$/.exec(path);
  const hex = parts?.[1] ?? parts?.[2];
  return hex === undefined ? undefined : `sha256:${hex}`;
}
