import type { Duplex } from 'node:stream';
import { digestOf } from '../lib/bytes/digest.ts';
import type { Entry } from '../lib/entries/entry.ts';
import { flow } from '../lib/streams/flow.ts';
import { archiveEntries, blobName } from '../lib/image/archive-entries.ts';
import type { Image, Stored } from '../lib/image/image.ts';
import { jsonBytes, manifestOf, mediaTypes } from '../lib/image/manifest.ts';
import type { Tagged } from '../lib/image/reference.ts';
import type { JsonObject } from '../lib/image/json.ts';

export interface Archiving {
  /** `docker` is both a docker archive and an OCI archive; `oci` is the latter alone. */
  readonly format: 'docker' | 'oci';
  readonly tags: readonly Tagged[];
  /** The mtime of the entries in seconds. */
  readonly time: number;
}

/** An image in, the entries of its archive out. A manifest that the image has as it was read is kept verbatim. */
export function archiveImage({ format, tags, time }: Archiving): Duplex {
  return flow<Image<Stored>, Entry>(
    async function* (images) {
      for await (const image of images) {
        const { raw = madeManifest(image), layers, configBytes } = image;
        const { os, architecture, variant } = image.platform;
        const platform = { architecture, os, ...(variant && { variant }) };
        const docker = format === 'docker' ? dockerManifestOf(image, tags) : undefined;
        yield* archiveEntries({ root: { ...raw, platform }, tags, docker, documents: [configBytes], layers }, time);
      }
    },
    { from: 'objects', to: 'objects' },
  );
}

function madeManifest({ configBytes, layers, annotations }: Image<Stored>): { bytes: Buffer; mediaType: string } {
  const config = { digest: digestOf(configBytes), size: configBytes.length };
  return { bytes: jsonBytes(manifestOf('oci', config, layers, annotations)), mediaType: mediaTypes.oci.manifest };
}

function dockerManifestOf({ configBytes, layers }: Image<Stored>, tags: readonly Tagged[]): JsonObject[] {
  return [
    {
      Config: blobName(digestOf(configBytes)),
      RepoTags: tags.length > 0 ? tags.map(({ familiar }) => familiar) : null,
      Layers: layers.map(({ digest }) => blobName(digest)),
    },
  ];
}
