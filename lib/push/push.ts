import type { Compression } from '../codecs/compression.ts';
import { compressionAt, decompress } from '../codecs/compression.ts';
import { type Digest, digestOf } from '../bytes/digest.ts';
import { discard } from '../streams/discard.ts';
import { InputError } from '../errors.ts';
import { archiveFiles, directoryFiles, type ImageFiles } from '../image/files.ts';
import type { Dialect } from '../image/manifest.ts';
import type { Platform } from '../image/platform.ts';
import type { Input } from '../inputs/input.ts';
import { pump } from '../streams/pump.ts';
import { Passing } from '../registry/failures.ts';
import { putManifest } from '../registry/manifests.ts';
import type { Repository } from '../registry/repository.ts';
import { retried } from '../registry/retry.ts';
import { WantsLength } from '../registry/upload.ts';
import { unpack } from '../tar/unpack.ts';
import type { Contents } from './contents.ts';
import { dockerArchive } from './docker-archive.ts';
import { receive } from './entries.ts';
import { fromFiles } from './files.ts';
import { layout } from './layout.ts';
import { type Origins, origins } from './origins.ts';
import { pushedBefore } from './pushed-before.ts';
import type { Ready } from './ready.ts';
import { type Sender, sender } from './uploader.ts';

export interface Pushing {
  /** What plain layers become on the way. */
  readonly compression: Compression;
  /** Takes one image out of an index; otherwise it is pushed whole. */
  readonly platform?: Platform | undefined;
  /** Whose manifest an archive gets that is both docker's and OCI's; docker's is what crane makes of it. */
  readonly dialect?: Dialect | undefined;
}

/**
 * Pushes an image: an archive, or a layout directory by its path. What comes from a pipe goes up as it arrives. The
 * manifest is put when every digest, size and diff_id has been verified.
 *
 * @returns the digest of the manifest or index
 */
export async function push(image: Input | string, repository: Repository, pushing: Pushing): Promise<Digest> {
  const found = origins(repository.reference);
  const to = sender(repository, {
    compression: pushing.compression,
    origin: found.first,
    wasPushed: pushedBefore(repository),
  });
  if (typeof image === 'string') return fromPlaces(directoryFiles(image), to, found, pushing);
  if (image.place && compressionAt(image.place) === 'none') {
    return fromPlaces(await archiveFiles(image), to, found, pushing);
  }
  return fromStream(image, to, found, pushing);
}

async function fromPlaces(files: ImageFiles, to: Sender, found: Origins, pushing: Pushing): Promise<Digest> {
  try {
    return await publish(fromFiles(files, to, found), to, pushing);
  } finally {
    await files.close();
  }
}

async function fromStream(image: Input, to: Sender, found: Origins, pushing: Pushing): Promise<Digest> {
  const { pauses, retrying } = to.repository;
  const received = async (): Promise<Contents> => {
    const { stream, contents } = receive(image.name, to, found);
    await pump(image.bytes(), decompress(image.name).stream, unpack(image.name), stream, discard());
    return contents;
  };
  // A compressed file can be read again, and then what is there already is not sent.
  const contents = image.place ? await retried(received, pauses, retrying) : await received().catch(giveFile);
  return publish(contents, to, pushing);
}

function giveFile(error: unknown): never {
  if (!(error instanceof Passing || error instanceof WantsLength)) throw error;
  throw new InputError(error.input, error.message, 'a pipe cannot be read again: push the image from a file');
}

async function publish(contents: Contents, to: Sender, pushing: Pushing): Promise<Digest> {
  const { repository } = to;
  const { tag, digest: asked } = repository.reference;
  const { documents, manifests } = await ready(contents, to, pushing);
  const digests = manifests.map(({ bytes }) => digestOf(bytes));
  const digest = digests.at(-1)!;
  if (asked !== undefined && asked !== digest) {
    throw new InputError(contents.name, `has the digest ${digest}, and is to be pushed as ${asked}`);
  }
  for (const document of documents) await to.bytes(document);
  for (const [at, manifest] of manifests.entries()) {
    const isRoot = at === manifests.length - 1;
    await putManifest(repository, manifest, isRoot ? (tag ?? digest) : digests[at]!);
  }
  return digest;
}

async function ready(contents: Contents, to: Sender, { platform, dialect }: Pushing): Promise<Ready> {
  const index = await contents.document('index.json');
  const manifest = await contents.document('manifest.json');
  if (manifest && !(index && dialect === 'oci')) {
    return dockerArchive(contents, manifest, to, platform, dialect ?? 'docker');
  }
  if (index) return layout(contents, index, to, platform);
  const hint = 'an image is a docker archive, an OCI archive or an OCI layout directory';
  throw new InputError(contents.name, 'is not an image: it has no index.json and no manifest.json', hint);
}
