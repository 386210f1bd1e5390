import { type Compression, compressionAt, decompress } from '../codecs/compression.ts';
import { InputError } from '../errors.ts';
import { Passing } from '../http/failures.ts';
import { retried } from '../http/retry.ts';
import type { Dialect } from '../image/manifest.ts';
import { seekableSource } from '../image/open.ts';
import { pipeSource } from '../image/pipe-source.ts';
import type { Platform } from '../image/platform.ts';
import { entranceOf, type ImageSource, withBlobs } from '../image/source.ts';
import type { Input } from '../inputs/input.ts';
import { putManifest } from '../registry/manifests.ts';
import type { Repository } from '../registry/repository.ts';
import { WantsLength } from '../registry/upload.ts';
import { pump } from '../streams/pump.ts';
import { unpack } from '../tar/unpack.ts';
import { arrivingFile, fileAt } from './blob-file.ts';
import { dockerManifest } from './docker-manifest.ts';
import { layoutManifests } from './layout-manifests.ts';
import type { Manifests } from './manifests.ts';
import { type Origins, origins } from './origins.ts';
import { pushedBefore } from './pushed-before.ts';
import { type Uploaded, type Uploader, uploader } from './uploader.ts';

export interface PushOptions {
  /** What plain layers become on the way; gzip where it is not given. */
  readonly compression?: Compression | undefined;
  /** Takes one image out of an index; otherwise it is pushed whole. */
  readonly platform?: Platform | undefined;
  /** Whose manifest an archive gets that is both docker's and OCI's; docker's is what crane makes of it. */
  readonly dialect?: Dialect | undefined;
}

/** Blobs of a file that go up at once: enough to fill the line while others are compressed. */
const AT_ONCE = 3;

/**
 * Pushes an image. What comes from a pipe goes up as it arrives. The manifest is put when every digest, size and diff_id
 * has been verified; what does not agree, and what the registry refuses, is an InputError.
 *
 * @returns the manifest or index
 */
export async function push(
  image: Input,
  repository: Repository,
  { compression = 'gzip', platform, dialect }: PushOptions = {},
): Promise<Manifests['root']> {
  const origin = origins(repository.reference);
  const upload = uploader(repository, { compression, origin: origin.first, wasPushed: pushedBefore(repository) });
  const source = await uploading(image, repository, upload, origin);
  try {
    const { format, file } = await entranceOf(source, dialect === 'oci' ? 'layout' : 'docker');
    const manifests =
      format === 'docker'
        ? await dockerManifest(source, file, platform, dialect ?? 'docker')
        : await layoutManifests(source, file, platform);
    const { documents, listed, root } = manifests;
    const { tag, digest } = repository.reference;
    if (digest !== undefined && digest !== root.digest) {
      throw new InputError(source.name, `has the digest ${root.digest}, and is to be pushed as ${digest}`);
    }
    for (const document of documents) await upload.bytes(document);
    for (const manifest of listed) await putManifest(repository, manifest, manifest.digest);
    await putManifest(repository, root, tag ?? root.digest);
    return root;
  } finally {
    await source.close();
  }
}

/** The files of an image whose blobs go up: those of a file when they are asked for, those of a pipe as they arrive. */
async function uploading(
  image: Input,
  { pauses, retrying }: Repository,
  upload: Uploader,
  origin: Origins,
): Promise<ImageSource<Uploaded>> {
  const { place } = image;
  if (image.directory !== undefined || (place && compressionAt(place) === 'none')) {
    const source = await seekableSource(image);
    const seen: ImageSource<Uploaded> = withBlobs(source, (blob, path) => upload.file(fileAt(blob, path)), {
      // Old archives have links where a layer comes again.
      key: ({ fd, offset }) => `${fd}:${offset}`,
      atOnce: AT_ONCE,
    });
    return {
      ...seen,
      async document(path) {
        const document = await source.document(path);
        if (document) origin.see(document);
        return document;
      },
    };
  }
  const receive = async (): Promise<ImageSource<Uploaded>> => {
    const { sink, source } = pipeSource<Uploaded>(image.name, {
      blob: (arriving) => upload.file(arrivingFile(arriving, image.name)),
      document: upload.bytes,
      see: origin.see,
    });
    await pump(image.bytes(), decompress(image.name).stream, unpack(image.name), sink);
    return source;
  };
  // A compressed file can be read again, and then what is there already is not sent.
  return place ? retried(receive, pauses, retrying) : receive().catch(wantFile);
}

function wantFile(error: unknown): never {
  if (!(error instanceof Passing || error instanceof WantsLength)) throw error;
  const hint = 'a pipe cannot be read again: push the image from a file';
  throw new InputError(error.input, error.problem, hint, { cause: error });
}
