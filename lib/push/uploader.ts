import { aside } from '../streams/branch.ts';
import { type Compression, compress, compressionOf, decompress } from '../codecs/compression.ts';
import { type Digest, digestOf, measure } from '../bytes/digest.ts';
import { discard } from '../streams/discard.ts';
import { InputError } from '../errors.ts';
import { flow } from '../streams/flow.ts';
import { pump } from '../streams/pump.ts';
import { Refused } from '../registry/failures.ts';
import { type Replay, replay } from '../registry/replay.ts';
import type { Repository } from '../registry/repository.ts';
import { retried } from '../registry/retry.ts';
import {
  hasBlob,
  type Known,
  mountBlob,
  uploadBytes,
  uploadKnown,
  uploadUnknown,
  WantsLength,
} from '../registry/upload.ts';
import type { Moving } from '../registry/watch.ts';
import { held } from '../streams/hold-last.ts';
import { isTar, type Source } from './blob-file.ts';

/** A file of an archive, and the blob that it has become in the registry. */
export interface Sent {
  /** Of the file as it is in the archive. */
  readonly digest: Digest;
  readonly size: number;
  /** Of what is in it, once it is decompressed. */
  readonly diffId: Digest;
  /** The same file, or what a plain layer is when it is compressed. */
  readonly stored: { readonly digest: Digest; readonly size: number; readonly compression: Compression };
}

export interface Sender {
  readonly repository: Repository;
  /** Sends a file as it is, or, where it is a plain layer, compressed. What the registry has is read, but not sent. */
  file(source: Source): Promise<Sent>;
  /** Sends a small blob. */
  bytes(bytes: Buffer): Promise<void>;
}

export interface Sending {
  /** What plain layers become on the way. */
  readonly compression: Compression;
  /** Another repository of the registry that may have the blobs, where one is known. */
  origin(): string | undefined;
  /** Whether a layer of this diff_id, or of an unknown one, may be there because it was pushed before. */
  wasPushed(diffId: Digest | undefined): Promise<boolean>;
}

export function sender(repository: Repository, { compression: wanted, origin, wasPushed }: Sending): Sender {
  const { watch } = repository;
  /** Whether the registry takes uploads of unknown length, as far as is known. */
  let takesChunks = true;

  /** Whether a blob is there, or was had from elsewhere; if not, where it may go, if that was said. */
  async function present(digest: Digest): Promise<'already there' | 'mounted' | URL | undefined> {
    if (await hasBlob(repository, digest)) return 'already there';
    const from = origin();
    if (from === undefined) return undefined;
    const mounted = await mountBlob(repository, digest, from).catch((error: unknown) => {
      // It need not let us see the other repository.
      if (error instanceof Refused) return undefined;
      throw error;
    });
    return mounted === true ? 'mounted' : mounted;
  }

  /** A sink, in two streams, that uploads what is written. */
  function upload(moving: Moving, work: (body: Replay) => Promise<void>) {
    const up = flow<Buffer, never>(
      // biome-ignore lint/correctness/useYield: what comes in goes up
      async function* (input) {
        await work(replay(counted(input, moving)));
      },
      { from: 'bytes', to: 'bytes' },
    );
    return [up, discard()] as const;
  }

  async function asItIs(source: Source, compression: Compression): Promise<Sent> {
    const { name, told, size } = source;
    const moving = watch.blob(told ?? name, size);
    const stored = measure();
    const plain = compression === 'none' ? stored : measure();
    const inside = compression === 'none' ? [] : [aside(decompress(name).stream, plain.stream, discard())];
    const sent = (how: 'uploaded' | 'mounted' | 'already there'): Sent => {
      const digest = stored.digest();
      moving.done(digest, size, how);
      return { digest, size, diffId: plain.digest(), stored: { digest, size, compression } };
    };

    if (told === undefined && source.again) {
      await pump(source.bytes(), stored.stream, ...inside, discard());
      const there = await present(stored.digest());
      if (typeof there === 'string') return sent(there);
      return asItIs({ ...source, told: stored.digest() }, compression);
    }
    if (told === undefined) {
      const up = upload(moving, (body) => unknown(body, stored.digest, source));
      await pump(source.bytes(), stored.stream, ...inside, ...up);
      return sent('uploaded');
    }
    const there = await present(told);
    const check = (): void => {
      if (stored.digest() !== told) throw new InputError(name, `should be ${told} and is ${stored.digest()}`);
    };
    if (typeof there === 'string') {
      await pump(source.bytes(), stored.stream, ...inside, discard());
      check();
      return sent(there);
    }
    const up = upload(moving, (body) => uploadKnown(repository, { digest: told, size }, body, there));
    await pump(source.bytes(), stored.stream, ...inside, held(check), ...up);
    return sent('uploaded');
  }

  async function compressed(source: Source): Promise<Sent> {
    const { name, told, size } = source;
    const moving = watch.blob(told ?? name, undefined);
    const pass = () => {
      const plain = measure();
      const stored = measure();
      return { plain, stored, steps: [plain.stream, compress(wanted), stored.stream] as const };
    };
    const sent = ({ plain, stored }: ReturnType<typeof pass>, how: 'uploaded' | 'mounted' | 'already there'): Sent => {
      const digest = plain.digest();
      if (told !== undefined && digest !== told) throw new InputError(name, `should be ${told} and is ${digest}`);
      moving.done(stored.digest(), stored.size(), how);
      const made = { digest: stored.digest(), size: stored.size(), compression: wanted };
      return { digest, size, diffId: digest, stored: made };
    };

    // To know whether a blob is there it must be made first; that it may be, makes it worth it.
    if (source.again && (!takesChunks || (await wasPushed(told)))) {
      const dry = pass();
      await pump(source.bytes(), ...dry.steps, discard());
      const blob: Known = { digest: dry.stored.digest(), size: dry.stored.size() };
      const there = await present(blob.digest);
      if (typeof there === 'string') return sent(dry, there);
      const made = pass();
      const up = upload(moving, (body) => uploadKnown(repository, blob, body, there));
      await pump(source.bytes(), ...made.steps, ...up);
      return sent(made, 'uploaded');
    }
    const made = pass();
    const up = upload(moving, (body) => unknown(body, made.stored.digest, source));
    await pump(source.bytes(), ...made.steps, ...up);
    return sent(made, 'uploaded');
  }

  async function unknown(body: Replay, digest: () => Digest, source: Source): Promise<void> {
    try {
      await uploadUnknown(repository, digest, body, !takesChunks);
    } catch (error) {
      if (!(error instanceof WantsLength)) throw error;
      takesChunks = false;
      if (source.again || !body.canRestart()) throw error;
      await uploadUnknown(repository, digest, body, true);
    }
  }

  async function once(source: Source): Promise<Sent> {
    const compression = compressionOf(source.head);
    const isPlainLayer = compression === 'none' && isTar(source.head);
    return isPlainLayer && wanted !== 'none' ? compressed(source) : asItIs(source, compression);
  }

  return {
    repository,
    async file(source) {
      if (!source.again) return once(source);
      const { pauses, retrying } = repository;
      return retried(() => once(source), pauses, retrying).catch((error: unknown) => {
        // Now the length is found out first.
        if (error instanceof WantsLength) return retried(() => once(source), pauses, retrying);
        throw error;
      });
    },
    async bytes(bytes) {
      const digest = digestOf(bytes);
      const moving = watch.blob(digest, bytes.length);
      const there = await present(digest);
      if (typeof there !== 'string') await uploadBytes(repository, bytes, there);
      moving.done(digest, bytes.length, typeof there === 'string' ? there : 'uploaded');
    },
  };
}

/** Sends a small file. */
export async function sentBytes(to: Sender, bytes: Buffer): Promise<Sent> {
  await to.bytes(bytes);
  const digest = digestOf(bytes);
  const size = bytes.length;
  return { digest, size, diffId: digest, stored: { digest, size, compression: 'none' } };
}

async function* counted(input: AsyncIterable<Buffer>, moving: Moving): AsyncGenerator<Buffer> {
  for await (const chunk of input) {
    moving.moved(chunk.length);
    yield chunk;
  }
}
