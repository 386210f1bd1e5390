import type { Digest } from '../bytes/digest.ts';
import { MANIFEST_LIMIT } from '../bytes/limits.ts';
import { InputError } from '../errors.ts';
import { noPlatform } from './agreement.ts';
import { type Json, objectAt, textAt } from './json.ts';
import { type Descriptor, descriptorOf, isManifest } from './manifest.ts';
import { DEFAULT_PLATFORM, matches, type Platform, platformOf, platformText } from './platform.ts';

/**
 * The image that an index lists, or the one for a platform (linux/amd64 where none is wanted). That there is none is an
 * InputError.
 *
 * @param input the name of the image, for errors
 * @param where the index in it
 */
export function chooseManifest(
  input: string,
  index: readonly Json[],
  where: string,
  wanted: Platform | undefined,
): Descriptor {
  const { images, platforms } = imagesOf(input, index, where);
  if (images.length === 1) return images[0];
  const target = wanted ?? DEFAULT_PLATFORM;
  const chosen = images[platforms.findIndex((platform) => platform && matches(platform, target))];
  if (chosen === undefined) {
    const texts = platforms.map((platform) => (platform ? platformText(platform) : ''));
    throw noPlatform(input, target, texts);
  }
  return chosen;
}

/** The platforms that an index lists an image for; none where there is no choice. */
export function platformsOf(input: string, index: readonly Json[], where: string): string[] {
  const { images, platforms } = imagesOf(input, index, where);
  return images.length === 1 ? [] : platforms.flatMap((platform) => (platform ? [platformText(platform)] : []));
}

/** The image that an index lists; undefined where it lists several, which are one image for several platforms. */
export function soleManifest(input: string, index: readonly Json[], where: string): Descriptor | undefined {
  const { images } = imagesOf(input, index, where);
  return images.length === 1 ? images[0] : undefined;
}

interface Images {
  readonly images: readonly [Descriptor, ...Descriptor[]];
  /** Of each image. */
  readonly platforms: readonly (Platform | undefined)[];
}

/** What an index lists, attestations aside. Several of one platform are several images, which is one too many. */
function imagesOf(input: string, index: readonly Json[], where: string): Images {
  if (index.length > MANIFEST_LIMIT)
    throw new InputError(input, `${where} lists more than ${MANIFEST_LIMIT} manifests`);
  const byDigest = new Map<Digest, Descriptor>();
  let unknown: string | undefined;
  for (const json of index) {
    const descriptor = descriptorOf(json, input, where);
    const kind = objectAt(descriptor.json, 'annotations')['vnd.docker.reference.type'];
    if (kind === 'attestation-manifest' || byDigest.has(descriptor.digest)) continue;
    if (isManifest(descriptor.mediaType)) byDigest.set(descriptor.digest, descriptor);
    else unknown ??= descriptor.mediaType;
  }
  const [first, ...others] = byDigest.values();
  if (first === undefined) {
    const instead = unknown === undefined ? '' : `, only something of the unknown media type ${unknown}`;
    throw new InputError(input, `${where} lists no image${instead}`);
  }
  const images: Images['images'] = [first, ...others];
  const platforms = images.map((image) => platformOf(image.json['platform']));
  const texts = new Set(platforms.map((platform) => (platform ? platformText(platform) : '')));
  if (others.length > 0 && (texts.has('') || texts.size === 1)) {
    const names = images.map((image) => nameOf(image) ?? image.digest);
    throw new InputError(input, `holds several images: ${names.join(', ')}`, 'give an archive of one image');
  }
  return { images, platforms };
}

/** The name that an index gives to an image. Some write the whole of it where others write the tag alone. */
export function nameOf({ json }: Descriptor): string | undefined {
  const annotations = objectAt(json, 'annotations');
  const name = textAt(annotations, 'org.opencontainers.image.ref.name');
  return textAt(annotations, 'io.containerd.image.name') ?? (name?.includes('/') ? name : undefined);
}
