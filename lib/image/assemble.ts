import type { Digest } from '../digest.ts';
import { InputError } from '../errors.ts';
import { isObject, type Json, objectAt, textsAt } from '../json.ts';
import type { Place } from '../place.ts';
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
  files: ImageFiles,
  config: Json,
  configBytes: Buffer,
  layers: readonly Blob[],
  wanted: Platform | undefined,
  annotations: Record<string, string>,
): Image {
  const diffIds = textsAt(objectAt(config, 'rootfs'), 'diff_ids') ?? [];
  if (!isObject(config)) throw new InputError(files.name, 'its config is not an object');
  if (diffIds.length !== layers.length) {
    throw new InputError(files.name, `has ${layers.length} layers, and its config tells of ${diffIds.length}`);
  }
  for (const [number, { diffId }] of layers.entries()) {
    if (diffIds[number] !== diffId)
      throw wrongDigest(files, `the diff_id of layer ${number + 1}`, diffIds[number]!, diffId);
  }
  const platform = platformOf(config) ?? DEFAULT_PLATFORM;
  if (wanted && !matches(platform, wanted)) throw noPlatform(files, wanted, [platformText(platform)]);
  return { config, configBytes, platform, layers, annotations };
}

export async function required(files: ImageFiles, path: string): Promise<Place> {
  const place = await files.find(path);
  if (place === undefined) throw new InputError(files.name, `names ${path}, which is missing in it`);
  return place;
}

export function wrongDigest(files: ImageFiles, what: string, told: string, found: Digest): InputError {
  return new InputError(files.name, `${what} should be ${told} and is ${found}`);
}

export function noPlatform(files: ImageFiles, wanted: Platform, has: readonly string[]): InputError {
  return new InputError(files.name, `has no image for ${platformText(wanted)}, only for ${has.join(', ')}`);
}
