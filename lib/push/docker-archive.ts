import { digestOf } from '../bytes/digest.ts';
import { checkDiffIds, checkPlatform } from '../image/agreement.ts';
import { checkName, readManifestJson } from '../image/docker-manifest.ts';
import { type Dialect, jsonBytes, manifestOf, mediaTypes, type StoredLayer } from '../image/manifest.ts';
import type { Platform } from '../image/platform.ts';
import { type JsonObject, objectAt, parseJson, textAt } from '../image/json.ts';
import type { Contents } from './contents.ts';
import { documentAt, type Ready, sendAll } from './ready.ts';
import type { Sender, Sent } from './uploader.ts';

/**
 * Sends the layers of a docker archive, which has no manifest of a registry: it is made here, as go-containerregistry
 * makes it, so that its digest is the one that `crane push` gives to the same archive.
 *
 * @param file what is in manifest.json
 */
export async function dockerArchive(
  contents: Contents,
  file: Buffer,
  sender: Sender,
  wanted: Platform | undefined,
  asked: Dialect,
): Promise<Ready> {
  const { name } = contents;
  const { config: path, layers: paths, sources } = readManifestJson(parseJson(file, name, 'manifest.json'), name);
  const configBytes = await documentAt(contents, path);
  checkName(name, path, [digestOf(configBytes)]);
  const config = parseJson(configBytes, name, path);
  checkPlatform(name, config, wanted);
  const sent = await sendAll(contents, paths, sender);
  for (const [at, { digest, diffId }] of sent.entries()) checkName(name, paths[at]!, [digest, diffId]);
  checkDiffIds(name, config, sent);
  // Docker's manifests have no word for zstd.
  const dialect = sent.some(({ stored }) => stored.compression === 'zstd') ? 'oci' : asked;
  const layers = sent.map((layer) => storedLayer(layer, dialect === 'docker' ? sources : {}));
  const manifest = manifestOf(dialect, { digest: digestOf(configBytes), size: configBytes.length }, layers);
  return {
    documents: [configBytes],
    manifests: [{ bytes: jsonBytes(manifest), mediaType: mediaTypes[dialect].manifest }],
  };
}

/** Docker may tell what a layer was in the registry that it came from; it counts where the layer still is that. */
function storedLayer({ diffId, digest, stored }: Sent, sources: JsonObject): StoredLayer {
  const source = objectAt(sources, diffId);
  const same = stored.digest === digest && source['digest'] === digest && source['size'] === stored.size;
  return { ...stored, mediaType: same && stored.compression !== 'none' ? textAt(source, 'mediaType') : undefined };
}
