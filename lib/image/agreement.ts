import type { Digest } from '../bytes/digest.ts';
import { InputError } from '../errors.ts';
import { isObject, type Json, objectAt, textsAt } from './json.ts';
import type { Place } from '../bytes/place.ts';
import type { ImageFiles } from './files.ts';
import type { Blob, Image } from './image.ts';
import { DEFAULT_PLATFORM, matches, type Platform, platformOf, platformText } from './platform.ts';

/** What is known of an image besides itself. */
export interface Opened {
  readonly image: Image;
  /** The name that its archive gives it, where it gives one. */
  readonly name: string | undefined;
  /** The digest of its manifest, where it has one. */
  readonly digest: Digest | undefined;
  /** Those that its archive has images for. */
  readonly platforms: readonly string[];
}

/** Joins what was read, if config and layers agree. */
export function assembled(
  input: string,
  config: Json,
  configBytes: Buffer,
  layers: readonly Blob[],
  wanted: Platform | undefined,
  annotations: Record<string, string>,
): Image {
  if (!isObject(config)) throw new InputError(input, 'its config is not an object');
  checkDiffIds(input, config, layers);
  return { config, configBytes, platform: checkPlatform(input, config, wanted), layers, annotations };
}

/** Throws where a config does not tell of just these layers. */
export function checkDiffIds(input: string, config: Json, layers: readonly { readonly diffId: Digest }[]): void {
  const diffIds = textsAt(objectAt(config, 'rootfs'), 'diff_ids') ?? [];
  if (diffIds.length !== layers.length) {
    throw new InputError(input, `has ${layers.length} layers, and its config tells of ${diffIds.length}`);
  }
  for (const [number, { diffId }] of layers.entries()) {
    if (diffIds[number] !== diffId) {
      throw wrongDigest(input, `the diff_id of layer ${number + 1}`, diffIds[number]!, diffId);
    }
  }
}

/** The platform that a config tells, which must be the one that is wanted. */
export function checkPlatform(input: string, config: Json, wanted: Platform | undefined): Platform {
  const platform = platformOf(config) ?? DEFAULT_PLATFORM;
  if (wanted && !matches(platform, wanted)) throw noPlatform(input, wanted, [platformText(platform)]);
  return platform;
}

export async function required(files: ImageFiles, path: string): Promise<Place> {
  const place = await files.find(path);
  if (place === undefined) throw new InputError(files.name, `names ${path}, which is missing in it`);
  return place;
}

export function wrongDigest(input: string, what: string, told: string, found: Digest): InputError {
  return new InputError(input, `${what} should be ${told} and is ${found}`);
}

export function noPlatform(input: string, wanted: Platform, has: readonly string[]): InputError {
  return new InputError(input, `has no image for ${platformText(wanted)}, only for ${has.join(', ')}`);
}
