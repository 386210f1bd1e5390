import { createHash } from 'node:crypto';
import type { Digest } from '../bytes/digest.ts';
import { InputError } from '../errors.ts';
import { bodyFrom } from '../http/answer-body.ts';
import { Passing, Refused } from '../http/failures.ts';
import { pauseAfter } from '../http/retry.ts';
import type { Repository } from './repository.ts';

/**
 * The bytes of a blob. A connection that is cut is made anew, and goes on where it was. Bytes that are not those of the
 * digest, or not as many, are an InputError at their end.
 */
export async function* download(
  repository: Repository,
  { digest, size }: { readonly digest: Digest; readonly size: number },
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let received = 0;
  let whole = false;
  for (let attempt = 0; ; ) {
    const before = received;
    try {
      for await (const chunk of stretch(repository, digest, received, size)) {
        received += chunk.length;
        if (received > size) throw wrongSize(repository, digest, size, 'more');
        hash.update(chunk);
        // The last byte goes out when it is known that all are right.
        if (received === size) {
          verify(repository, digest, hash.digest('hex'));
          whole = true;
        }
        yield chunk;
      }
      if (received < size)
        throw new Passing(repository.name, `blob ${digest} ended after ${received} of ${size} bytes`);
      if (size === 0) verify(repository, digest, hash.digest('hex'));
      return;
    } catch (failure) {
      if (received > before) attempt = 0;
      // What breaks behind the last byte does not matter; that there are more does.
      if (whole && failure instanceof Passing) return;
      await pauseAfter(failure, attempt++, repository.pauses, repository.retrying);
    }
  }
}

/** A blob from a byte on. */
async function* stretch(repository: Repository, digest: Digest, from: number, size: number): AsyncGenerator<Buffer> {
  const answer = await repository
    .ask({ method: 'GET', to: `blobs/${digest}`, headers: from > 0 ? { range: `bytes=${from}-` } : {} })
    .catch((error: unknown) => {
      if (!(error instanceof Refused) || error.status !== 404) throw error;
      throw new InputError(repository.name, `blob ${digest} is missing`);
    });
  const { status, headers } = answer;
  const length = Number(headers['content-length'] ?? Number.NaN);
  if (status !== 206 && length >= 0 && length !== size) throw wrongSize(repository, digest, size, String(length));
  yield* bodyFrom(answer, from, repository.name);
}

function verify({ name }: Repository, digest: Digest, hex: string): void {
  if (digest !== `sha256:${hex}`)
    throw new InputError(name, `blob ${digest} is damaged: it has the digest sha256:${hex}`);
}

function wrongSize({ name }: Repository, digest: Digest, size: number, actual: string): InputError {
  return new InputError(name, `blob ${digest} should have ${size} bytes and has ${actual}`);
}
