import { type Digest, digestOf } from '../bytes/digest.ts';
import { type Compression, compress, compressionOf, decompress } from '../codecs/compression.ts';
import { InputError } from '../errors.ts';
import { Refused } from '../http/failures.ts';
import type { BlobProgress } from '../http/progress.ts';
import { retried } from '../http/retry.ts';
import { isTarStart } from '../image/recognition.ts';
import { type Replay, replay } from '../registry/replay.ts';
import type { Repository } from '../registry/repository.ts';
import { hasBlob, mountBlob, uploadBytes, uploadKnown, uploadUnknown, WantsLength } from '../registry/upload.ts';
import { branch } from '../streams/branch.ts';
import { consume } from '../streams/consume.ts';
import { discard } from '../streams/discard.ts';
import type { Sink } from '../streams/flow.ts';
import { holdLast } from '../streams/hold-last.ts';
import { measure } from '../streams/measure.ts';
import { pump } from '../streams/pump.ts';
import type { BlobFile } from './blob-file.ts';

/** A file of an image, and the blob that it has become in the registry. */
export interface Uploaded {
  /** Of the file as it is in the image. */
  readonly digest: Digest;
  readonly size: number;
  /** The digest of what is in the file, once it is decompressed. */
  readonly diffId: Digest;
  /** The same file, or what a plain layer is when it is compressed. */
  readonly stored: { readonly digest: Digest; readonly size: number; readonly compression: Compression };
}

/** Uploads the files of an image into a repository. */
export interface Uploader {
  /** Uploads a file as it is, or, where it is a plain layer, compressed. What the registry has is read, but not sent. */
  file(file: BlobFile): Promise<Uploaded>;
  /** Uploads a small blob. */
  bytes(bytes: Buffer): Promise<Uploaded>;
}

export interface UploaderOptions {
  /** What plain layers become on the way. */
  readonly compression: Compression;
  /** Another repository of the registry that may have the blobs, where one is known. */
  origin(): string | undefined;
  /** Whether a layer of this diff_id, or of an unknown one, may be there because it was pushed before. */
  wasPushed(diffId: Digest | undefined): Promise<boolean>;
}

/** How a blob came to be in the registry. */
type Arrival = 'uploaded' | 'mounted' | 'already there';

/** Makes an uploader for a repository that is open. */
export function uploader(
  repository: Repository,
  { compression: wanted, origin, wasPushed }: UploaderOptions,
): Uploader {
  const { watch, pauses, retrying } = repository;
  /** Whether the registry takes uploads of unknown length, as far as is known. */
  let takesChunks = true;

  /** Whether a blob is there, or was had from elsewhere; if not, where it may go, if the registry said that. */
  async function find(digest: Digest): Promise<Exclude<Arrival, 'uploaded'> | URL | undefined> {
    if (await hasBlob(repository, digest)) return 'already there';
    const from = origin();
    if (from === undefined) return undefined;
    const mounted = await mountBlob(repository, digest, from).catch((error: unknown) => {
      // The registry need not let us see the other repository.
      if (error instanceof Refused) return undefined;
      throw error;
    });
    return mounted === true ? 'mounted' : mounted;
  }

  async function uploadAsItIs(file: BlobFile, compression: Compression): Promise<Uploaded> {
    const { name, claimed, size } = file;
    const progress = watch.blob(claimed ?? name, size);
    const stored = measure();
    const plain = compression === 'none' ? stored : measure();
    const inflate =
      compression === 'none'
        ? undefined
        : branch((bytes) => pump(bytes, decompress(name).stream, plain.stream, discard()));
    const result = (arrival: Arrival): Uploaded => {
      const digest = stored.digest();
      progress.done(digest, size, arrival);
      return { digest, size, diffId: plain.digest(), stored: { digest, size, compression } };
    };

    if (claimed === undefined && file.isRepeatable) {
      await pump(file.bytes(), stored.stream, inflate, discard());
      const place = await find(stored.digest());
      if (typeof place === 'string') return result(place);
      return uploadAsItIs({ ...file, claimed: stored.digest() }, compression);
    }
    if (claimed === undefined) {
      const upload = uploadSink(progress, (body) => uploadWithoutDigest(body, stored.digest, file));
      await pump(file.bytes(), stored.stream, inflate, upload);
      return result('uploaded');
    }
    const place = await find(claimed);
    const check = (): void => checkClaim(name, claimed, stored.digest());
    if (typeof place === 'string') {
      await pump(file.bytes(), stored.stream, inflate, discard());
      check();
      return result(place);
    }
    const upload = uploadSink(progress, (body) => uploadKnown(repository, { digest: claimed, size }, body, place));
    await pump(file.bytes(), stored.stream, inflate, holdLast(check), upload);
    return result('uploaded');
  }

  async function uploadCompressed(file: BlobFile): Promise<Uploaded> {
    const { name, claimed, size } = file;
    const progress = watch.blob(claimed ?? name, undefined);

    /** Compresses the file into a sink that is made for the result, and tells what it has become. */
    const compressInto = async (
      makeSink: (digest: () => Digest) => Sink<Buffer>,
    ): Promise<{ diffId: Digest; stored: Uploaded['stored'] }> => {
      const plain = measure();
      const stored = measure();
      await pump(file.bytes(), plain.stream, compress(wanted), stored.stream, makeSink(stored.digest));
      const diffId = plain.digest();
      if (claimed !== undefined) checkClaim(name, claimed, diffId);
      return { diffId, stored: { digest: stored.digest(), size: stored.size(), compression: wanted } };
    };
    const result = ({ diffId, stored }: Awaited<ReturnType<typeof compressInto>>, arrival: Arrival): Uploaded => {
      progress.done(stored.digest, stored.size, arrival);
      return { digest: diffId, size, diffId, stored };
    };

    // To know whether a blob is there it must be made first; that it may be, makes it worth it.
    if (file.isRepeatable && (!takesChunks || (await wasPushed(claimed)))) {
      const trial = await compressInto(discard);
      const place = await find(trial.stored.digest);
      if (typeof place === 'string') return result(trial, place);
      const upload = (body: Replay): Promise<void> => uploadKnown(repository, trial.stored, body, place);
      return result(await compressInto(() => uploadSink(progress, upload)), 'uploaded');
    }
    return result(
      await compressInto((digest) => uploadSink(progress, (body) => uploadWithoutDigest(body, digest, file))),
      'uploaded',
    );
  }

  async function uploadWithoutDigest(body: Replay, digest: () => Digest, file: BlobFile): Promise<void> {
    try {
      await uploadUnknown(repository, digest, body, !takesChunks);
    } catch (error) {
      if (!(error instanceof WantsLength)) throw error;
      takesChunks = false;
      if (file.isRepeatable || !body.canRestart()) throw error;
      await uploadUnknown(repository, digest, body, true);
    }
  }

  async function uploadOnce(file: BlobFile): Promise<Uploaded> {
    const compression = compressionOf(file.head);
    const isPlainLayer = compression === 'none' && isTarStart(file.head);
    return isPlainLayer && wanted !== 'none' ? uploadCompressed(file) : uploadAsItIs(file, compression);
  }

  return {
    async file(file) {
      try {
        if (!file.isRepeatable) return await uploadOnce(file);
        return await retried(() => uploadOnce(file), pauses, retrying).catch((error: unknown) => {
          // Now the length is found out first.
          if (error instanceof WantsLength) return retried(() => uploadOnce(file), pauses, retrying);
          throw error;
        });
      } catch (error) {
        // Other uploads that are under way end too.
        if (file.isRepeatable) repository.close();
        throw error;
      }
    },
    async bytes(bytes) {
      const digest = digestOf(bytes);
      const size = bytes.length;
      const progress = watch.blob(digest, size);
      const place = await find(digest);
      if (typeof place !== 'string') await uploadBytes(repository, bytes, place);
      progress.done(digest, size, typeof place === 'string' ? place : 'uploaded');
      return { digest, size, diffId: digest, stored: { digest, size, compression: 'none' } };
    },
  };
}

function checkClaim(name: string, claimed: Digest, actual: Digest): void {
  if (actual !== claimed) throw new InputError(name, `should be ${claimed} and is ${actual}`);
}

/** A sink that uploads what is written. */
function uploadSink(progress: BlobProgress, upload: (body: Replay) => Promise<void>): Sink<Buffer> {
  async function* counted(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of input) {
      progress.moved(chunk.length);
      yield chunk;
    }
  }
  return consume<Buffer>((input) => upload(replay(counted(input))), 'bytes');
}
