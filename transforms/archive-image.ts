import { digestOf } from '../lib/bytes/digest.ts';
import type { Entry } from '../lib/entries/entry.ts';
import { archiveEntries } from '../lib/image/archive-entries.ts';
import type { Image, Manifest, StoredLayer } from '../lib/image/image.ts';
import type { JsonObject } from '../lib/image/json.ts';
import { jsonBytes, manifestOf, mediaTypes } from '../lib/image/manifest.ts';
import { blobName } from '../lib/image/oci-layout.ts';
import type { Tagged } from '../lib/image/reference.ts';
import { type Flow, flow } from '../lib/streams/flow.ts';

export interface Archiving {
  /** `docker` is both a docker archive and an OCI archive; `oci` is the latter alone. */
  readonly format: 'docker' | 'oci';
  readonly tags: readonly Tagged[];
  /** The mtime of the entries in seconds. */
  readonly time: number;
}

/** An image in, the entries of its archive out. A manifest that the image has as it was read is kept verbatim. */
export function archiveImage({ format, tags, time }: Archiving): Flow<Image<StoredLayer>, Entry> {
  return flow<Image<StoredLayer>, Entry>(
    async function* (images) {
      for await (const image of images) {
        const { manifest = ociManifest(image), layers, configBytes } = image;
        const { os, architecture, variant } = image.platform;
        const root = { ...manifest, platform: { architecture, os, ...(variant && { variant }) } };
        const docker = format === 'docker' ? dockerManifest(image, tags) : undefined;
        yield* archiveEntries({ root, tags, docker, documents: [configBytes], blobs: layers }, time);
      }
    },
    { from: 'objects', to: 'objects' },
  );
}

function ociManifest({ configBytes, layers, annotations }: Image<StoredLayer>): Manifest {
  const config = { digest: digestOf(configBytes), size: configBytes.length };
  return { bytes: jsonBytes(manifestOf('oci', config, layers, annotations)), mediaType: mediaTypes.oci.manifest };
}

/** The manifest.json of a docker archive. */
function dockerManifest({ configBytes, layers }: Image<StoredLayer>, tags: readonly Tagged[]): JsonObject[] {
  return [
    {
      Config: blobName(digestOf(configBytes)),
      RepoTags: tags.length > 0 ? tags.map(({ familiar }) => familiar) : null,
      Layers: layers.map(({ digest }) => blobName(digest)),
    },
  ];
}
