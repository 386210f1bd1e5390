import type { Place } from '../bytes/place.ts';
import type { Entry } from '../entries/entry.ts';
import { InputError } from '../errors.ts';
import type { Sink } from '../streams/flow.ts';
import { BLOCK, isZero, readBlock } from '../tar/block.ts';
import { scan } from '../tar/scan.ts';
import { entriesAt } from '../tar/unpack.ts';

/*
 * What a tar is, told by what is in it: a layer, or the archive of an image.
 */

/** The entries of a plain layer that can be read at any time; that it is an image instead is an InputError. */
export function* layerEntries(layer: Place): Generator<Entry> {
  const spotter = imageSpotter();
  for (const entry of entriesAt(layer)) {
    spotter.see(entry.header.name);
    yield entry;
  }
  if (spotter.isImage()) throw notALayer(layer.name);
}

/** The entries of a layer that flows by; that it is an image instead is an InputError at its end. */
export async function* refuseImages(name: string, entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
  const spotter = imageSpotter();
  for await (const entry of entries) {
    spotter.see(entry.header.name);
    yield entry;
  }
  if (spotter.isImage()) throw notALayer(name);
}

/** A sink for the bytes of a plain layer, which fails with an InputError where they are not a whole one. */
export function verifyLayer(name: string): Sink<Buffer> {
  const spotter = imageSpotter();
  return scan(
    name,
    (header) => spotter.see(header.name),
    () => {
      if (spotter.isImage()) throw notALayer(name);
    },
  );
}

/** Whether an archive that is not compressed is an image, by its headers alone. */
export function isImageArchive(archive: Place): boolean {
  const spotter = imageSpotter();
  for (const { header } of entriesAt(archive)) spotter.see(header.name);
  return spotter.isImage();
}

function notALayer(name: string): InputError {
  return new InputError(
    name,
    'is an image, not a layer',
    'layertool export makes a layer of an image; a base is given with --base',
  );
}

/** Tells an image archive by what it must have at its top: an index, and blobs named as the formats name them. */
export function imageSpotter(): { see(name: string): void; isImage(): boolean } {
  let hasIndex = false;
  let hasBlobs = false;
  return {
    see(name) {
      // Most names are neither, and that is soon told.
      if (name.endsWith('.json')) hasIndex ||= ['manifest.json', 'index.json'].includes(relative(name));
      if (name.length >= 64) hasBlobs ||= BLOB.test(relative(name));
    },
    isImage: () => hasIndex && hasBlobs,
  };
}

const BLOB = /^(blobs\/sha256\/|sha256:)?[0-9a-f]{64}(\/layer\.tar|\.json|\.tar(\.gz)?)?$/;

function relative(name: string): string {
  return name.replace(/^(\.?\/)+/, '');
}

/** Whether a file that begins so is a plain tar. */
export function isTarStart(head: Buffer): boolean {
  if (head.length < BLOCK) return false;
  const block = head.subarray(0, BLOCK);
  if (isZero(block)) return true;
  try {
    readBlock(block);
    return true;
  } catch {
    return false;
  }
}

/** Manifests, configs and the like: JSON, an object or a list. The first name in a tar may begin like one. */
export function isJsonStart(head: Buffer): boolean {
  return !isTarStart(head) && /^\s*[[{]/.test(head.toString('latin1', 0, BLOCK));
}
