import { type Digest, hex } from '../bytes/digest.ts';
import { InputError } from '../errors.ts';
import { isObject, type Json, type JsonObject, objectAt, textAt, textsAt } from './json.ts';
import { wrongDigest } from './agreement.ts';

/** What manifest.json says of the one image of a docker archive. */
export interface DockerManifest {
  /** Paths in the archive. */
  readonly config: string;
  readonly layers: readonly string[];
  readonly tags: readonly string[];
  /** Descriptors of layers by their diff_ids, where the archive has them. */
  readonly sources: JsonObject;
}

export function readManifestJson(json: Json, input: string): DockerManifest {
  const list = Array.isArray(json) ? json : [];
  if (list.length > 1) {
    const names = list.map((item) => textsAt(item, 'RepoTags')?.[0] ?? textAt(item, 'Config') ?? '?');
    throw new InputError(input, `holds several images: ${names.join(', ')}`, 'give an archive of one image');
  }
  const [item] = list;
  const config = textAt(item, 'Config');
  const layers = textsAt(item, 'Layers') ?? (isObject(item) && item['Layers'] === null ? [] : undefined);
  if (config === undefined || layers === undefined) {
    throw new InputError(input, 'manifest.json does not name a config and layers');
  }
  return { config, layers, tags: textsAt(item, 'RepoTags') ?? [], sources: objectAt(item, 'LayerSources') };
}

/** Where a docker archive names a file by a digest, the file must be what its name says. */
export function checkName(input: string, path: string, digests: readonly [Digest, ...Digest[]]): void {
  const name = /^(?:blobs\/sha256\/|sha256:)?([0-9a-f]{64})(?:\.tar|\.tar\.gz|\.json)?$/.exec(path)?.[1];
  if (name === undefined || digests.some((digest) => hex(digest) === name)) return;
  throw wrongDigest(input, path, `sha256:${name}`, digests[0]);
}
