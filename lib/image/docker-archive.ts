import { type Digest, digestOf, hex } from '../bytes/digest.ts';
import { InputError } from '../errors.ts';
import { checkDiffIds, type Measured, wrongDigest } from './agreement.ts';
import { isObject, type Json, type JsonObject, objectAt, parseJson, textAt, textsAt } from './json.ts';
import { blobsAt, documentAt, type ImageSource } from './source.ts';

/*
 * The one reader of docker archives, old and new, as docker, podman, crane and others write them.
 */

/** The image of a docker archive. */
export interface DockerImage<Blob> {
  readonly config: Json;
  readonly configBytes: Buffer;
  /** The lowest first. */
  readonly layers: readonly Blob[];
  readonly tags: readonly string[];
  /** Descriptors of layers by their diff_ids, where the archive tells what a layer was in a registry. */
  readonly layerSources: JsonObject;
}

/**
 * Reads the image of a docker archive. Names that are digests must be those of their files, and the config must list just
 * the layers; what does not agree is an InputError.
 *
 * @param file manifest.json
 */
export async function readDockerArchive<Blob extends Measured>(
  source: ImageSource<Blob>,
  file: Buffer,
): Promise<DockerImage<Blob>> {
  const { name } = source;
  const paths = pathsOf(parseJson(file, name, 'manifest.json'), name);
  const configBytes = await documentAt(source, paths.config);
  checkName(name, paths.config, [digestOf(configBytes)]);
  const config = parseJson(configBytes, name, paths.config);
  const layers = await blobsAt(source, paths.layers);
  for (const [at, { digest, diffId }] of layers.entries()) {
    checkName(name, paths.layers[at]!, diffId === undefined ? [digest] : [digest, diffId]);
  }
  checkDiffIds(name, config, layers);
  return { config, configBytes, layers, tags: paths.tags, layerSources: paths.layerSources };
}

interface Paths {
  readonly config: string;
  readonly layers: readonly string[];
  readonly tags: readonly string[];
  readonly layerSources: JsonObject;
}

/** What manifest.json says of the one image of an archive. */
function pathsOf(json: Json, input: string): Paths {
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
  return { config, layers, tags: textsAt(item, 'RepoTags') ?? [], layerSources: objectAt(item, 'LayerSources') };
}

/** Where a docker archive names a file by a digest, the file must be what its name says. */
function checkName(input: string, path: string, digests: readonly [Digest, ...Digest[]]): void {
  const name = /^(?:blobs\/sha256\/|sha256:)?([0-9a-f]{64})(?:\.tar|\.tar\.gz|\.json)?$/.exec(path)?.[1];
  if (name === undefined || digests.some((digest) => hex(digest) === name)) return;
  throw wrongDigest(input, path, `sha256:${name}`, digests[0]);
}
