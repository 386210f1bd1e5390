import { type Digest, digestOf } from '../bytes/digest.ts';
import { InputError } from '../errors.ts';
import { type Json, objectAt, textsAt } from './json.ts';
import type { Descriptor } from './manifest.ts';
import { DEFAULT_PLATFORM, matches, type Platform, platformOf, platformText } from './platform.ts';

/*
 * What must agree in an image: descriptors with the bytes, the config with the layers and with the platform that is
 * wanted. What does not is an InputError, whose first parameter is the image's name.
 */

/** A layer as it was found when it was read. */
export interface Measured {
  /** Of the bytes as they are stored. */
  readonly digest: Digest;
  /** Of the bytes as they are stored, in bytes. */
  readonly size: number;
  /** The digest of the plain tar; undefined where nothing was decompressed. */
  readonly diffId?: Digest | undefined;
}

/** Throws where a config does not list the diff_ids of just these layers. */
export function checkDiffIds(input: string, config: Json, layers: readonly Pick<Measured, 'diffId'>[]): void {
  const diffIds = textsAt(objectAt(config, 'rootfs'), 'diff_ids') ?? [];
  if (diffIds.length !== layers.length) {
    throw new InputError(input, `has ${layers.length} layers, and its config lists ${diffIds.length} diff_ids`);
  }
  for (const [number, { diffId }] of layers.entries()) {
    if (diffId !== undefined && diffIds[number] !== diffId) {
      throw wrongDigest(input, `the diff_id of layer ${number + 1}`, diffIds[number]!, diffId);
    }
  }
}

/** The platform that a config names, which must be the one that is wanted. */
export function checkPlatform(input: string, config: Json, wanted: Platform | undefined): Platform {
  const platform = platformOf(config) ?? DEFAULT_PLATFORM;
  if (wanted && !matches(platform, wanted)) throw noPlatform(input, wanted, [platformText(platform)]);
  return platform;
}

/** Throws where a blob is not the one that a descriptor describes. */
export function checkBlob(input: string, { digest, size }: Descriptor, blob: Measured): void {
  if (blob.size !== size) {
    throw new InputError(input, `blob ${digest} has ${blob.size} bytes, and its descriptor says ${size}`);
  }
  if (blob.digest !== digest) throw damagedBlob(input, digest, blob.digest);
}

/** The same for a blob in memory. */
export function checkDocument(input: string, descriptor: Descriptor, bytes: Buffer): void {
  checkBlob(input, descriptor, { digest: digestOf(bytes), size: bytes.length });
}

/** A blob whose bytes are not those of its digest. */
function damagedBlob(input: string, digest: Digest, actual: Digest): InputError {
  return new InputError(input, `a blob is damaged: it should be ${digest} and is ${actual}`);
}

/** A digest that should be another. */
export function wrongDigest(input: string, what: string, expected: string, actual: Digest): InputError {
  return new InputError(input, `${what} should be ${expected} and is ${actual}`);
}

/** An image for other platforms than the one that is wanted. */
export function noPlatform(input: string, wanted: Platform, has: readonly string[]): InputError {
  return new InputError(input, `has no image for ${platformText(wanted)}, only for ${has.join(', ')}`);
}
