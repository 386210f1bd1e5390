import type { Duplex, Writable } from 'node:stream';
import { discard } from '../streams/discard.ts';
import type { Entry } from '../entries/entry.ts';
import { InputError } from '../errors.ts';
import type { Place } from '../bytes/place.ts';
import { scan } from '../tar/scan.ts';
import { entriesAt } from '../tar/unpack.ts';

/** The entries of a placed layer; that it is an image instead is an InputError. */
export function* entriesOf(layer: Place): Generator<Entry> {
  const spot = imageSpotter();
  for (const entry of entriesAt(layer)) {
    spot.see(entry.header.name);
    yield entry;
  }
  if (spot.isImage()) throw isAnImage(layer.name);
}

/** A sink, in two streams, for the bytes of a plain layer: fails where they are not a whole one. */
export function layerCheck(name: string): [Duplex, Writable] {
  const spot = imageSpotter();
  const check = scan(
    name,
    (header) => spot.see(header.name),
    () => {
      if (spot.isImage()) throw isAnImage(name);
    },
  );
  return [check, discard()];
}

/** Whether an archive that is not compressed is an image, by its headers alone. */
export function isImage(archive: Place): boolean {
  const spot = imageSpotter();
  for (const { header } of entriesAt(archive)) spot.see(header.name);
  return spot.isImage();
}

function isAnImage(name: string): InputError {
  return new InputError(name, 'is an image, not a layer', 'give an image with --base');
}

/** Tells an image archive by what it must have at its top: an index, and blobs named as the formats name them. */
export function imageSpotter(): { see(name: string): void; isImage(): boolean } {
  let index = false;
  let blobs = false;
  return {
    see(name) {
      // Most names are neither, and that is soon told.
      if (name.endsWith('.json')) index ||= ['manifest.json', 'index.json'].includes(relative(name));
      if (name.length >= 64) blobs ||= BLOB.test(relative(name));
    },
    isImage: () => index && blobs,
  };
}

const BLOB = /^(blobs\/sha256\/|sha256:)?[0-9a-f]{64}(\/layer\.tar|\.json|\.tar(\.gz)?)?$/;

function relative(name: string): string {
  return name.replace(/^(\.?\/)+/, '');
}
