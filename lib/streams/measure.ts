import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { type Digest, finish } from '../bytes/digest.ts';
import { CHUNK } from '../memory/loans.ts';
import { type Flow, typed } from './flow.ts';

/** A stage that lets bytes through; ask it for their digest and number when they have passed. */
export interface Measure {
  readonly stream: Flow<Buffer, Buffer>;
  digest(): Digest;
  /** In bytes. */
  size(): number;
}

/** @param isKnown tells, when the first bytes come, that their digest is known from elsewhere and need not be found */
export function measure(isKnown: () => boolean = () => false): Measure {
  const hash = createHash('sha256');
  let size = 0;
  let known = false;
  let digest: Digest | undefined;
  const transform = new Transform({
    writableHighWaterMark: CHUNK,
    transform(chunk: Buffer, _encoding, callback) {
      if (size === 0) known = isKnown();
      if (!known) hash.update(chunk);
      size += chunk.length;
      callback(null, chunk);
    },
  });
  return {
    stream: typed(transform),
    digest: () => {
      digest ??= finish(hash);
      return digest;
    },
    size: () => size,
  };
}
