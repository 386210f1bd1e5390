import type { Digest } from '../bytes/digest.ts';
import { InputError } from '../errors.ts';
import { type Json, objectAt, textAt } from './json.ts';
import { noPlatform } from './agreement.ts';
import { type Descriptor, descriptorOf } from './manifest.ts';
import { DEFAULT_PLATFORM, matches, type Platform, platformOf, platformText } from './platform.ts';

/** The one that an index lists, or the one for the platform. */
export function pick(input: string, index: readonly Json[], where: string, wanted: Platform | undefined): Descriptor {
  const { images, platforms } = imagesOf(input, index, where);
  if (images.length === 1) return images[0];
  const target = wanted ?? DEFAULT_PLATFORM;
  const one = images[platforms.findIndex((platform) => platform && matches(platform, target))];
  if (one === undefined) {
    throw noPlatform(
      input,
      target,
      platforms.map((platform) => (platform ? platformText(platform) : '')),
    );
  }
  return one;
}

/** The platforms that an index lists an image for; none where there is no choice. */
export function platformsIn(input: string, index: readonly Json[], where: string): string[] {
  const { images, platforms } = imagesOf(input, index, where);
  return images.length === 1 ? [] : platforms.flatMap((platform) => (platform ? [platformText(platform)] : []));
}

/** The one that an index lists; undefined where it lists several, which are one image for several platforms. */
export function only(input: string, index: readonly Json[], where: string): Descriptor | undefined {
  const { images } = imagesOf(input, index, where);
  return images.length === 1 ? images[0] : undefined;
}

interface Images {
  readonly images: readonly [Descriptor, ...Descriptor[]];
  /** Of each. */
  readonly platforms: readonly (Platform | undefined)[];
}

/** What an index lists, attestations aside. Several of one platform are several images, which is one too many. */
function imagesOf(input: string, index: readonly Json[], where: string): Images {
  const found = new Map<Digest, Descriptor>();
  for (const json of index) {
    const one = descriptorOf(json, input, where);
    const kind = objectAt(one.json, 'annotations')['vnd.docker.reference.type'];
    if (kind !== 'attestation-manifest' && !found.has(one.digest)) found.set(one.digest, one);
  }
  const [first, ...others] = found.values();
  if (first === undefined) throw new InputError(input, `${where} lists no image`);
  const images: Images['images'] = [first, ...others];
  const platforms = images.map((one) => platformOf(one.json['platform']));
  const texts = new Set(platforms.map((platform) => (platform ? platformText(platform) : '')));
  if (others.length > 0 && (texts.has('') || texts.size === 1)) {
    const names = images.map((one) => nameOf(one) ?? one.digest);
    throw new InputError(input, `holds several images: ${names.join(', ')}`, 'give an archive of one image');
  }
  return { images, platforms };
}

/** The name that an index gives to what it lists. Some write the whole of it where others write the tag alone. */
export function nameOf({ json }: Descriptor): string | undefined {
  const annotations = objectAt(json, 'annotations');
  const name = textAt(annotations, 'org.opencontainers.image.ref.name');
  return textAt(annotations, 'io.containerd.image.name') ?? (name?.includes('/') ? name : undefined);
}
