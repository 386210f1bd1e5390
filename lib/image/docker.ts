import { type Digest, digestOf, hex } from '../digest.ts';
import { InputError } from '../errors.ts';
import { isObject, readJson, textAt, textsAt } from '../json.ts';
import type { Place } from '../place.ts';
import { assembled, type Opened, required, wrongDigest } from './assemble.ts';
import type { Blobs } from './blob.ts';
import type { ImageFiles } from './files.ts';
import type { Blob } from './image.ts';
import { type Platform, platformText } from './platform.ts';

/** A docker archive, old or new, found by its manifest.json. */
export async function fromDocker(
  files: ImageFiles,
  place: Place,
  wanted: Platform | undefined,
  blobs: Blobs,
): Promise<Opened> {
  const { json } = await readJson(place, files.name, 'manifest.json');
  const list = Array.isArray(json) ? json : [];
  if (list.length > 1) {
    const names = list.map((item) => textsAt(item, 'RepoTags')?.[0] ?? textAt(item, 'Config') ?? '?');
    throw new InputError(files.name, `holds several images: ${names.join(', ')}`, 'give an archive of one image');
  }
  const [item] = list;
  const configPath = textAt(item, 'Config');
  const layerPaths = textsAt(item, 'Layers') ?? (isObject(item) && item['Layers'] === null ? [] : undefined);
  if (configPath === undefined || layerPaths === undefined) {
    throw new InputError(files.name, 'manifest.json does not name a config and layers');
  }
  const config = await readJson(await required(files, configPath), files.name, configPath);
  checkName(files, configPath, [digestOf(config.bytes)]);
  const known = new Map<string, Blob>();
  const layers: Blob[] = [];
  for (const path of layerPaths) {
    const blob = known.get(path) ?? (await blobs.ofPlace(await required(files, path)));
    known.set(path, blob);
    checkName(files, path, [blob.digest, blob.diffId]);
    layers.push(blob);
  }
  const image = assembled(files, config.json, config.bytes, layers, wanted, {});
  return { image, name: textsAt(item, 'RepoTags')?.[0], digest: undefined, platforms: [platformText(image.platform)] };
}

/** Where a docker archive names a file by a digest, the file must be what its name says. */
function checkName(files: ImageFiles, path: string, digests: readonly Digest[]): void {
  const name = /^(?:blobs\/sha256\/|sha256:)?([0-9a-f]{64})(?:\.tar|\.tar\.gz|\.json)?$/.exec(path)?.[1];
  if (name === undefined || digests.some((digest) => hex(digest) === name)) return;
  throw wrongDigest(files, path, `sha256:${name}`, digests[0]!);
}
