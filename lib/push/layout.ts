import { digestOf } from '../bytes/digest.ts';
import { InputError } from '../errors.ts';
import { checkDiffIds, checkPlatform } from '../image/agreement.ts';
import { blobName } from '../image/archive-entries.ts';
import type { Raw } from '../image/image.ts';
import {
  type Descriptor,
  descriptorOf,
  isForeign,
  isImageConfig,
  jsonBytes,
  layerCompression,
  manifestsOf,
  mediaTypes,
  partsOf,
} from '../image/manifest.ts';
import { only, pick } from '../image/oci-index.ts';
import type { Platform } from '../image/platform.ts';
import { isObject, type Json, type JsonObject, objectAt, parseJson, textAt } from '../image/json.ts';
import type { Contents } from './contents.ts';
import { documentAt, type Ready, sendAll } from './ready.ts';
import type { Sender, Sent } from './uploader.ts';

/**
 * Sends the blobs of an OCI layout. Its manifests are put as they are, except where a plain layer was compressed on the
 * way: then they tell of what it has become, and all else in them stays.
 *
 * @param file what is in index.json
 * @param wanted takes one image out of an index; otherwise it is put whole
 */
export async function layout(
  contents: Contents,
  file: Buffer,
  sender: Sender,
  wanted: Platform | undefined,
): Promise<Ready> {
  const { name } = contents;
  const documents: Buffer[] = [];
  const manifests: Raw[] = [];
  /** What has been changed: the old digest, and the new one with its size. */
  const changed = new Map<string, { digest: string; size: number }>();

  async function add(raw: Raw, where: string): Promise<void> {
    const json = parseJson(raw.bytes, name, where);
    const list = manifestsOf(json);
    const made = list ? await index(json, list, where) : await image(json, where);
    const bytes = made === json ? raw.bytes : jsonBytes(made);
    if (made !== json) changed.set(digestOf(raw.bytes), { digest: digestOf(bytes), size: bytes.length });
    manifests.push({ ...raw, bytes });
  }

  async function index(json: Json, list: readonly Json[], where: string): Promise<Json> {
    for (const item of list) {
      const child = descriptorOf(item, name, where);
      await add(await rawOf(child), child.digest);
    }
    return isObject(json) && changed.size > 0 ? { ...json, manifests: list.map(renewed) } : json;
  }

  /** A descriptor in an index, of what its manifest has become. */
  function renewed(item: Json): Json {
    const annotations = objectAt(item, 'annotations');
    const about = changed.get(textAt(annotations, ATTESTED) ?? '');
    const now = changed.get(textAt(item, 'digest') ?? '');
    if (!isObject(item) || (about === undefined && now === undefined)) return item;
    return { ...item, ...now, ...(about && { annotations: { ...annotations, [ATTESTED]: about.digest } }) };
  }

  async function image(json: Json, where: string): Promise<Json> {
    const { config, layers } = partsOf(json, name, where);
    const there = await present(layers);
    const sent = await sendAll(
      contents,
      there.map(({ digest }) => blobName(digest)),
      sender,
    );
    for (const [at, blob] of sent.entries()) check(there[at]!, blob);
    const configBytes = await contents.document(blobName(config.digest));
    if (configBytes) {
      verify(config, configBytes);
      documents.push(configBytes);
    } else {
      const [blob] = await sendAll(contents, [blobName(config.digest)], sender);
      if (blob) check(config, blob);
    }
    if (configBytes && isImageConfig(config) && there.length === layers.length) {
      const told = parseJson(configBytes, name, config.digest);
      checkDiffIds(name, told, sent);
      checkPlatform(name, told, wanted);
    }
    const stored = new Map(sent.map((one) => [one.digest, one.stored]));
    const now = layers.map((layer) => renamed(layer, stored.get(layer.digest)));
    return isObject(json) && now.some((layer, at) => layer !== layers[at]?.json) ? { ...json, layers: now } : json;
  }

  /** The layers that registries have: those of Windows may be left to Microsoft. */
  async function present(layers: readonly Descriptor[]): Promise<Descriptor[]> {
    const there: Descriptor[] = [];
    for (const layer of layers) {
      if (!isForeign(layer) || (await contents.has(blobName(layer.digest)))) there.push(layer);
    }
    return there;
  }

  /** A layer's descriptor, of what the layer has become. */
  function renamed({ mediaType, json }: Descriptor, stored: Sent['stored'] | undefined): JsonObject {
    if (stored === undefined || stored.digest === json['digest']) return json;
    if (layerCompression(mediaType) === undefined) {
      throw new InputError(name, `has a tar that is no layer (${mediaType})`, '--compress none pushes it as it is');
    }
    const suffix = `${mediaType.includes('docker') ? '.' : '+'}${stored.compression}`;
    const type = mediaType.replace(/([.+](gzip|zstd))?$/, suffix);
    return { ...json, mediaType: type, digest: stored.digest, size: stored.size };
  }

  function check({ digest, size }: Descriptor, blob: { readonly digest: string; readonly size: number }): void {
    if (blob.size !== size) {
      throw new InputError(name, `blob ${digest} has ${blob.size} bytes, and its descriptor says ${size}`);
    }
    if (blob.digest !== digest)
      throw new InputError(name, `blob ${digest} is damaged: it has the digest ${blob.digest}`);
  }

  function verify(descriptor: Descriptor, bytes: Buffer): void {
    check(descriptor, { digest: digestOf(bytes), size: bytes.length });
  }

  async function rawOf(one: Descriptor): Promise<Raw> {
    const bytes = await documentAt(contents, blobName(one.digest));
    verify(one, bytes);
    const own = textAt(parseJson(bytes, name, one.digest), 'mediaType');
    return { bytes, mediaType: one.mediaType || own || mediaTypes.oci.manifest };
  }

  async function root(): Promise<Raw> {
    const json = parseJson(file, name, 'index.json');
    let list = manifestsOf(json);
    if (list === undefined) throw new InputError(name, 'index.json has no list of manifests');
    let one = wanted ? pick(name, list, 'index.json', wanted) : only(name, list, 'index.json');
    if (one === undefined) return { bytes: file, mediaType: textAt(json, 'mediaType') ?? mediaTypes.oci.index };
    for (;;) {
      const raw = await rawOf(one);
      list = manifestsOf(parseJson(raw.bytes, name, one.digest));
      if (list === undefined || wanted === undefined) return raw;
      one = pick(name, list, one.digest, wanted);
    }
  }

  await add(await root(), 'index.json');
  const last = manifests.pop();
  if (last === undefined) throw new InputError(name, 'index.json lists no image');
  return { documents, manifests: [...manifests, last] };
}

/** How BuildKit names the image that an attestation is of. */
const ATTESTED = 'vnd.docker.reference.digest';
