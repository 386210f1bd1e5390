import { type Digest, digestOf } from '../bytes/digest.ts';
import { type Body, type Entry, header } from '../entries/entry.ts';
import type { Blob, Manifest } from './image.ts';
import type { JsonObject } from './json.ts';
import { jsonBytes, mediaTypes } from './manifest.ts';
import { blobName } from './oci-layout.ts';
import type { Tagged } from './reference.ts';

/** What an archive is to hold. */
export interface ArchiveContent {
  /** What index.json lists: a manifest or an index. */
  readonly root: Manifest & { readonly platform?: JsonObject };
  readonly tags: readonly Tagged[];
  /** manifest.json, where it is to be a docker archive too. */
  readonly docker?: JsonObject[] | undefined;
  /** Manifests and configs. */
  readonly documents: readonly Buffer[];
  readonly blobs: readonly Blob[];
}

/**
 * The entries of an archive (OCI image specification, image-layout.md): small files first, so that a reader of a pipe
 * knows what comes, and each blob once.
 *
 * @param time the mtime of the entries in seconds
 */
export function* archiveEntries(
  { root, tags, docker, documents, blobs }: ArchiveContent,
  time: number,
): Generator<Entry> {
  const written = new Set<string>();
  const file = (name: string, body: Body, size: number): Entry => {
    return { header: header({ name, type: 'file', mode: 0o644, mtime: time, size }), body };
  };
  const small = (name: string, bytes: Buffer): Entry => file(name, bytes, bytes.length);
  const isNew = (digest: Digest): boolean => !written.has(digest) && written.add(digest) !== undefined;

  yield small('oci-layout', jsonBytes({ imageLayoutVersion: '1.0.0' }));
  yield small('index.json', jsonBytes(indexOf(root, tags)));
  if (docker) yield small('manifest.json', jsonBytes(docker));
  for (const bytes of [root.bytes, ...documents]) {
    const digest = digestOf(bytes);
    if (isNew(digest)) yield small(blobName(digest), bytes);
  }
  for (const { digest, size, content } of blobs) {
    if (isNew(digest)) yield file(blobName(digest), size === 0 ? undefined : content(), size);
  }
}

/** The names are those that containerd and docker write. */
function indexOf({ bytes, mediaType, platform }: ArchiveContent['root'], tags: readonly Tagged[]): JsonObject {
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  const runsOn = platform && { platform };
  const named = tags.map(({ full, tag }) => ({
    ...descriptor,
    annotations: { 'io.containerd.image.name': full, 'org.opencontainers.image.ref.name': tag },
    ...runsOn,
  }));
  const manifests = named.length > 0 ? named : [{ ...descriptor, ...runsOn }];
  return { schemaVersion: 2, mediaType: mediaTypes.oci.index, manifests };
}
