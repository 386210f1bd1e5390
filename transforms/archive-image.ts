import type { Duplex } from 'node:stream';
import { digestOf, hex } from '../lib/digest.ts';
import { type Body, type Entry, header } from '../lib/entry.ts';
import { flow } from '../lib/flow.ts';
import { type Image, mediaTypes } from '../lib/image/image.ts';
import type { Tagged } from '../lib/image/reference.ts';
import type { JsonObject } from '../lib/json.ts';

export interface Archiving {
  /** `docker` is both a docker archive and an OCI archive; `oci` is the latter alone. */
  readonly format: 'docker' | 'oci';
  readonly tags: readonly Tagged[];
  /** The mtime of the entries in seconds. */
  readonly time: number;
}

/** An image in, the entries of its archive out: small files first, so that a reader of a pipe knows what comes. */
export function archiveImage({ format, tags, time }: Archiving): Duplex {
  return flow<Image, Entry>(
    async function* (images) {
      for await (const image of images) {
        const manifest = bytesOf(manifestOf(image));
        const written = new Set<string>();
        const file = (name: string, body: Body, size: number): Entry => {
          return { header: header({ name, type: 'file', mode: 0o644, mtime: time, size }), body };
        };
        const json = (name: string, bytes: Buffer): Entry => file(name, bytes, bytes.length);
        yield json('oci-layout', bytesOf({ imageLayoutVersion: '1.0.0' }));
        yield json('index.json', bytesOf(indexOf(image, manifest, tags)));
        if (format === 'docker') yield json('manifest.json', bytesOf(dockerManifestOf(image, tags)));
        for (const bytes of [manifest, image.configBytes]) yield json(blobName(digestOf(bytes)), bytes);
        for (const { digest, place, size } of image.layers) {
          if (written.has(digest)) continue;
          written.add(digest);
          yield file(blobName(digest), size === 0 ? undefined : place, size);
        }
      }
    },
    { from: 'objects', to: 'objects' },
  );
}

/** OCI image specification, manifest.md. */
function manifestOf({ configBytes, layers, annotations }: Image): JsonObject {
  const config = { mediaType: mediaTypes.config, digest: digestOf(configBytes), size: configBytes.length };
  const list = layers.map(({ compression, digest, size }) => ({
    mediaType: mediaTypes.layer[compression],
    digest,
    size,
  }));
  const told = Object.keys(annotations).length > 0 ? { annotations: { ...annotations } } : {};
  return { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: list, ...told };
}

/** OCI image specification, image-layout.md; the names are those that containerd and docker write. */
function indexOf({ platform }: Image, manifest: Buffer, tags: readonly Tagged[]): JsonObject {
  const descriptor = { mediaType: mediaTypes.manifest, digest: digestOf(manifest), size: manifest.length };
  const { os, architecture, variant } = platform;
  const runsOn = { architecture, os, ...(variant && { variant }) };
  const named = tags.map(({ full, tag }) => ({
    ...descriptor,
    annotations: { 'io.containerd.image.name': full, 'org.opencontainers.image.ref.name': tag },
    platform: runsOn,
  }));
  const manifests = named.length > 0 ? named : [{ ...descriptor, platform: runsOn }];
  return { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
}

function dockerManifestOf({ configBytes, layers }: Image, tags: readonly Tagged[]): JsonObject[] {
  return [
    {
      Config: blobName(digestOf(configBytes)),
      RepoTags: tags.length > 0 ? tags.map(({ familiar }) => familiar) : null,
      Layers: layers.map(({ digest }) => blobName(digest)),
    },
  ];
}

function blobName(digest: `sha256:${string}`): string {
  return `blobs/sha256/${hex(digest)}`;
}

function bytesOf(json: JsonObject | JsonObject[]): Buffer {
  return Buffer.from(JSON.stringify(json));
}
