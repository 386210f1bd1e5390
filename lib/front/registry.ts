import { archiveImage } from '../../transforms/archive-image.ts';
import type { Digest } from '../bytes/digest.ts';
import type { Compression } from '../codecs/compression.ts';
import type { Watch } from '../http/progress.ts';
import type { Dialect } from '../image/manifest.ts';
import { packArchive } from '../image/pack-archive.ts';
import { parsePlatform } from '../image/platform.ts';
import { parseReference, parseTag, type Reference, repositoryName } from '../image/reference.ts';
import { push } from '../push/push.ts';
import type { Credentials } from '../registry/credentials.ts';
import { pullImage as pull } from '../registry/pull.ts';
import { openRepository, type Repository } from '../registry/repository.ts';
import type { Source } from '../streams/flow.ts';
import { pump } from '../streams/pump.ts';
import { readThrough } from '../streams/read-through.ts';
import { byteSource, source } from '../streams/source.ts';
import { abortable } from './abort.ts';
import { type Bytes, openBytes } from './input.ts';

export interface RegistryOptions {
  /** `linux/arm64`: picks from an image for several platforms. */
  readonly platform?: string | undefined;
  /** Takes plain http and any certificate. Loopback hosts fall back to http by themselves. */
  readonly insecure?: boolean;
  /** In place of those that `docker login` or `podman login` has stored. */
  readonly credentials?: Credentials | undefined;
  /** Is told of each blob that is moved. */
  readonly watch?: Watch;
  readonly signal?: AbortSignal | undefined;
}

export interface PushImageOptions extends RegistryOptions {
  /** What plain layers become on the way; gzip where it is not given. */
  readonly compression?: Compression | undefined;
  /** Whose manifest an archive gets that is both docker's and OCI's; docker's where it is not given. */
  readonly dialect?: Dialect | undefined;
}

/**
 * Pushes an image: an archive or a layout directory by its path, or an archive as a stream, whose layers go up as they
 * arrive. The manifest goes last, when everything has been verified.
 *
 * @param reference `registry.example/team/app:1`
 * @returns the digest of the manifest, and the reference by it: `registry.example/team/app@sha256:…`
 */
export async function pushImage(
  image: Bytes,
  reference: string | Reference,
  { platform, insecure = false, credentials, watch, signal, compression, dialect }: PushImageOptions = {},
): Promise<{ readonly digest: Digest; readonly reference: string }> {
  const target = typeof reference === 'string' ? parseReference(reference) : reference;
  const wanted = platform === undefined ? undefined : parsePlatform(platform);
  const input = await openBytes(image, true);
  try {
    signal?.throwIfAborted();
    const options = { access: 'push', insecure, credentials, signal, ...(watch && { watch }) } as const;
    return await abortable(
      signal,
      () => void input.close(),
      async () => {
        const repository = await openRepository(target, options);
        try {
          const { digest } = await push(input, repository, { platform: wanted, compression, dialect });
          await input.unchanged();
          return { digest, reference: `${repositoryName(target)}@${digest}` };
        } finally {
          repository.close();
        }
      },
    );
  } finally {
    await input.close();
  }
}

export interface PullImageOptions extends RegistryOptions {
  readonly format?: 'docker' | 'oci';
}

/**
 * An image of a registry: the bytes of its archive, downloaded and verified as they are read.
 *
 * @param reference `debian:12`
 */
export function pullImage(reference: string | Reference, options: PullImageOptions = {}): Source<Buffer> {
  const origin = typeof reference === 'string' ? parseReference(reference) : reference;
  return byteSource(pulled(origin, options));
}

async function* pulled(
  reference: Reference,
  { platform, insecure = false, credentials, watch, signal, format = 'docker' }: PullImageOptions,
): AsyncGenerator<Buffer> {
  signal?.throwIfAborted();
  const wanted = platform === undefined ? undefined : parsePlatform(platform);
  const options = { access: 'pull', insecure, credentials, signal, ...(watch && { watch }) } as const;
  let repository: Repository | undefined;
  try {
    repository = await openRepository(reference, options);
    const image = await pull(repository, wanted);
    const tags = reference.tag === undefined ? [] : [parseTag(`${repositoryName(reference)}:${reference.tag}`)];
    const archive = packArchive();
    yield* readThrough(archive, pump(source([image]), archiveImage({ format, tags, time: 0 }), archive));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    repository?.close();
  }
}
