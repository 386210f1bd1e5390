import type { Digest } from '../bytes/digest.ts';
import { JSON_LIMIT } from '../bytes/limits.ts';
import { gather } from '../entries/body.ts';
import { InputError } from '../errors.ts';
import type { Blob } from '../image/image.ts';
import { isObject, type Json, parseJson } from '../image/json.ts';
import { type Descriptor, descriptorOf, jsonBytes, manifestsOf, partsOf } from '../image/manifest.ts';
import { blobName } from '../image/oci-layout.ts';
import { type ImageSource, withFewDocuments } from '../image/source.ts';
import { byteSource } from '../streams/source.ts';
import { download } from './download.ts';
import { getManifest } from './manifests.ts';
import type { Repository } from './repository.ts';

/** A blob of a repository: its bytes are downloaded, and verified, when they are read. */
export interface RemoteBlob extends Blob {
  readonly descriptor: Descriptor;
}

/**
 * What a repository has under a tag or a digest, as the files of an OCI layout: index.json lists the manifest or index
 * itself. A registry finds nothing by a path alone: the descriptors are those of the documents that were read before.
 */
export function registrySource(repository: Repository): ImageSource<RemoteBlob> {
  const { name } = repository;
  const manifests = new Map<string, Digest>();
  const blobs = new Map<string, Descriptor>();

  /** Notes what a manifest or an index names. */
  function note(json: Json): void {
    const list = manifestsOf(json);
    for (const item of list ?? []) {
      const { digest } = descriptorOf(item, name, 'its index');
      manifests.set(blobName(digest), digest);
    }
    if (list || !isObject(json)) return;
    const { config, layers } = partsOf(json, name, 'its manifest');
    for (const descriptor of [config, ...layers]) blobs.set(blobName(descriptor.digest), descriptor);
  }

  async function index(): Promise<Buffer> {
    const { tag, digest: wanted } = repository.reference;
    const { bytes, digest, mediaType } = await getManifest(repository, wanted ?? tag ?? 'latest');
    manifests.set(blobName(digest), digest);
    cached.set(blobName(digest), bytes);
    return jsonBytes({ manifests: [{ mediaType, digest, size: bytes.length }] });
  }

  /** The manifest that a tag led to: the tag may lead to another by now. */
  const cached = new Map<string, Buffer>();

  async function manifest(path: string, digest: Digest): Promise<Buffer> {
    const bytes = cached.get(path) ?? (await getManifest(repository, digest)).bytes;
    cached.delete(path);
    note(parseJson(bytes, name, 'its manifest'));
    return bytes;
  }

  return withFewDocuments({
    name,
    async document(path) {
      if (path === 'index.json') return index();
      const digest = manifests.get(path);
      if (digest !== undefined) return manifest(path, digest);
      const descriptor = blobs.get(path);
      if (descriptor === undefined) return undefined;
      if (descriptor.size > JSON_LIMIT) {
        throw new InputError(name, `its config has ${descriptor.size} bytes, which is too many`);
      }
      return gather(download(repository, descriptor), JSON_LIMIT, name);
    },
    async blob(path) {
      const descriptor = blobs.get(path);
      return descriptor && remoteBlob(repository, descriptor);
    },
    has: async (path) => blobs.has(path) || manifests.has(path),
    close: () => Promise.resolve(),
  });
}

function remoteBlob(repository: Repository, descriptor: Descriptor): RemoteBlob {
  const { digest, size } = descriptor;
  async function* bytes(): AsyncGenerator<Buffer> {
    const progress = repository.watch.blob(digest, size);
    for await (const chunk of download(repository, descriptor)) {
      progress.moved(chunk.length);
      yield chunk;
    }
    progress.done(digest, size, 'downloaded');
  }
  return { digest, size, descriptor, content: () => byteSource(bytes()) };
}
