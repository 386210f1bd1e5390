import type { Place } from '../bytes/place.ts';
import { InputError } from '../errors.ts';
import { type Input, together } from '../inputs/input.ts';
import { seekable } from '../inputs/seekable.ts';
import { checkDiffIds, checkPlatform } from './agreement.ts';
import { archiveSource } from './archive-source.ts';
import { emptyConfig } from './config.ts';
import { readDockerArchive } from './docker-archive.ts';
import type { Layer, OpenedImage } from './image.ts';
import { isObject, type Json, type JsonObject, parseJson } from './json.ts';
import { type LayerStore, layerStore } from './layer-store.ts';
import { layoutSource } from './layout-source.ts';
import { annotationsOf, partsOf } from './manifest.ts';
import { findRoot, readParts } from './oci-layout.ts';
import { DEFAULT_PLATFORM, type Platform, platformText } from './platform.ts';
import { entranceOf, type ImageSource, withBlobs } from './source.ts';

/** The files of an image that can be read at any time; one from a pipe is kept whole, since its index may come last. */
export async function seekableSource(input: Input): Promise<ImageSource<Place>> {
  if (input.directory !== undefined) return layoutSource(input.directory, input.watch);
  const { places, close } = await seekable([input]);
  try {
    return { ...archiveSource(places[0]!), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Reads an image, in any of the formats. Every digest, size and diff_id that its files tell is verified; what does not
 * agree is an InputError. The source must stay open as long as the image is used.
 *
 * @param wanted picks from several platforms, and must be that of a single one
 */
export async function openImage(
  files: ImageSource<Place>,
  wanted: Platform | undefined,
  store: LayerStore,
): Promise<OpenedImage> {
  // A file that has several names, as in old archives a layer that comes again has, is read once.
  const source = withBlobs(files, (place) => store.measure(place), { key: ({ fd, offset }) => `${fd}:${offset}` });
  const { format, file } = await entranceOf(source, 'layout');
  return format === 'layout' ? fromLayout(source, file, wanted) : fromDocker(source, file, wanted);
}

/** Opens images, lets `work` use them, and closes them however that ends. */
export async function withImages<T>(
  inputs: readonly Input[],
  wanted: Platform | undefined,
  work: (images: readonly OpenedImage[], store: LayerStore) => Promise<T>,
): Promise<T> {
  const store = layerStore();
  const opening = inputs.map(seekableSource);
  try {
    const images = opening.map(async (files) => openImage(await files, wanted, store));
    return await work(await together(inputs, images), store);
  } finally {
    for (const files of opening) await (await files.catch(() => undefined))?.close();
    await store.close();
  }
}

/** An image without layers, to stack on. */
export function scratchImage(platform: Platform = DEFAULT_PLATFORM): OpenedImage {
  const config = emptyConfig(platform);
  return {
    image: { config, configBytes: Buffer.alloc(0), platform, layers: [], annotations: {} },
    name: undefined,
    digest: undefined,
    platforms: [platformText(platform)],
  };
}

async function fromLayout(
  source: ImageSource<Layer>,
  file: Buffer,
  wanted: Platform | undefined,
): Promise<OpenedImage> {
  const { name: input } = source;
  const root = await findRoot(source, file, wanted, 'choose');
  const { config: descriptor } = partsOf(root.json, input, 'the manifest');
  if (!/config|container\.image\.v1/.test(descriptor.mediaType)) {
    throw new InputError(input, `holds an artifact (${descriptor.mediaType}), not an image`);
  }
  const { configBytes, layers } = await readParts(source, root.json, 'the manifest');
  if (configBytes === undefined)
    throw new InputError(input, `names the config ${descriptor.digest}, which is not JSON`);
  const blobs = layers.map(({ descriptor: { digest }, blob }) => {
    if (blob === undefined)
      throw new InputError(input, `lacks the layer ${digest}, which only its vendor may distribute`);
    return blob;
  });
  const config = objectConfig(parseJson(configBytes, input, descriptor.digest), input);
  checkDiffIds(input, config, blobs);
  const platform = checkPlatform(input, config, wanted);
  const annotations = annotationsOf(root.json);
  return {
    image: { config, configBytes, platform, layers: blobs, annotations },
    name: root.name,
    digest: root.digest,
    platforms: root.platforms.length > 0 ? root.platforms : [platformText(platform)],
  };
}

async function fromDocker(
  source: ImageSource<Layer>,
  file: Buffer,
  wanted: Platform | undefined,
): Promise<OpenedImage> {
  const { config, configBytes, layers, tags } = await readDockerArchive(source, file);
  const object = objectConfig(config, source.name);
  const platform = checkPlatform(source.name, object, wanted);
  return {
    image: { config: object, configBytes, platform, layers, annotations: {} },
    name: tags[0],
    digest: undefined,
    platforms: [platformText(platform)],
  };
}

function objectConfig(config: Json, input: string): JsonObject {
  if (!isObject(config)) throw new InputError(input, 'its config is not an object');
  return config;
}
