import { digestOf } from '../bytes/digest.ts';
import { readJson } from './json.ts';
import type { Place } from '../bytes/place.ts';
import { assembled, type Opened, required } from './agreement.ts';
import type { Blobs } from './blob.ts';
import { checkName, readManifestJson } from './docker-manifest.ts';
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
  const { config: configPath, layers: layerPaths, tags } = readManifestJson(json, files.name);
  const config = await readJson(await required(files, configPath), files.name, configPath);
  checkName(files.name, configPath, [digestOf(config.bytes)]);
  const known = new Map<string, Blob>();
  const layers: Blob[] = [];
  for (const path of layerPaths) {
    const blob = known.get(path) ?? (await blobs.ofPlace(await required(files, path)));
    known.set(path, blob);
    checkName(files.name, path, [blob.digest, blob.diffId]);
    layers.push(blob);
  }
  const image = assembled(files.name, config.json, config.bytes, layers, wanted, {});
  return { image, name: tags[0], digest: undefined, platforms: [platformText(image.platform)] };
}
