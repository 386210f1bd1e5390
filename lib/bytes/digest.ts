import { createHash, type Hash } from 'node:crypto';
import { Transform } from 'node:stream';

/** `sha256:` and 64 hexadecimal digits. */
export type Digest = `sha256:${string}`;

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text);
}

/** The hexadecimal part of a digest. */
export function hex(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

export function digestOf(bytes: Uint8Array): Digest {
  return finish(createHash('sha256').update(bytes));
}

/** A transform that lets bytes through; ask it for their digest and number when they have passed. */
export interface Measure {
  readonly stream: Transform;
  digest(): Digest;
  size(): number;
}

/** @param isKnown tells, when the first bytes come, that their digest is known from elsewhere and need not be found */
export function measure(isKnown: () => boolean = () => false): Measure {
  const hash = createHash('sha256');
  let size = 0;
  let known = false;
  const stream = new Transform({
    writableHighWaterMark: 1024 * 1024,
    transform(chunk: Buffer, _encoding, callback) {
      if (size === 0) known = isKnown();
      if (!known) hash.update(chunk);
      size += chunk.length;
      callback(null, chunk);
    },
  });
  let digest: Digest | undefined;
  return {
    stream,
    digest: () => {
      digest ??= finish(hash);
      return digest;
    },
    size: () => size,
  };
}

function finish(hash: Hash): Digest {
  return `sha256:${hash.digest('hex')}`;
}
