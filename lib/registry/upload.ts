import { type Digest, digestOf } from '../bytes/digest.ts';
import { InputError } from '../errors.ts';
import type { Answer } from '../http/exchange.ts';
import { Passing, Refused } from '../http/failures.ts';
import { isRedirect, REDIRECTS } from '../http/redirect.ts';
import { pauseAfter } from '../http/retry.ts';
import type { Replay } from './replay.ts';
import type { Repository, RepositoryRequest } from './repository.ts';

/*
 * Uploads of blobs (OCI distribution specification, "Pushing blobs"): in one PUT where the digest is known, else in a
 * PATCH of unknown length. An upload that breaks is begun anew: half of one cannot be continued everywhere.
 */

export interface Known {
  readonly digest: Digest;
  readonly size: number;
}

/** Whether the registry has a blob. One that does not want to tell is taken to have none. */
export async function hasBlob(repository: Repository, digest: Digest): Promise<boolean> {
  const answer = await repository.ask({ method: 'HEAD', to: `blobs/${digest}`, expected: [400, 404, 405] });
  return done(answer).status < 300;
}

/**
 * Asks for a blob of another repository of the registry.
 *
 * @returns whether it is there now; if not, where it may be uploaded to
 */
export async function mountBlob(repository: Repository, digest: Digest, origin: string): Promise<true | URL> {
  const answer = await repository.ask({
    method: 'POST',
    to: `blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(origin)}`,
    scopes: [`repository:${origin}:pull`],
  });
  return done(answer).status === 201 ? true : repository.follow(answer);
}

async function begin(repository: Repository): Promise<URL> {
  const answer = await repository.ask({ method: 'POST', to: 'blobs/uploads/' });
  return repository.follow(done(answer));
}

/** Uploads a small blob that is in memory. */
export async function uploadBytes(repository: Repository, bytes: Buffer, at?: URL): Promise<void> {
  const digest = digestOf(bytes);
  await attempts(
    repository,
    () => true,
    () => digest,
    async (attempt) => {
      const to = withDigest((attempt === 0 && at) || (await begin(repository)), digest);
      await finished(repository, { method: 'PUT', to, headers: octets, body: bytes });
    },
  );
}

/** Uploads a blob whose digest is known. */
export async function uploadKnown(repository: Repository, blob: Known, body: Replay, at?: URL): Promise<void> {
  const { digest, size } = blob;
  await attempts(
    repository,
    body.canRestart,
    () => digest,
    async (attempt) => {
      const to = withDigest((attempt === 0 && at) || (await begin(repository)), digest);
      const headers = { ...octets, 'content-length': String(size), ...(size > WORTH_ASKING && expects) };
      await streamed(repository, { method: 'PUT', to, headers }, body);
    },
  );
}

/**
 * Uploads a blob whose digest is known when its bytes have been read.
 *
 * @param inPieces sends parts of a known length, for a registry that takes no other
 */
export async function uploadUnknown(
  repository: Repository,
  digest: () => Digest,
  body: Replay,
  inPieces: boolean,
): Promise<void> {
  const known = (): Digest | undefined => (body.isOver() ? digest() : undefined);
  await attempts(repository, body.canRestart, known, async () => {
    const at = await begin(repository);
    const next = inPieces ? await sendPieces(repository, at, body) : await sendChunked(repository, at, body);
    await finished(repository, { method: 'PUT', to: withDigest(next, digest()) });
  });
}

/** A registry that wants to know the length of what it is sent. */
export class WantsLength extends InputError {
  override readonly name = 'WantsLength';
}

const octets = { 'content-type': 'application/octet-stream' };
/** Who refuses a body is to say so before it is sent (RFC 9110, section 10.1.1). */
const expects = { expect: '100-continue' };
/** Less than this is sent sooner than asked about, in bytes. */
const WORTH_ASKING = 1024 * 1024;

async function sendChunked(repository: Repository, at: URL, body: Replay): Promise<URL> {
  const headers = { ...octets, ...expects, 'transfer-encoding': 'chunked' };
  try {
    return after(repository, await streamed(repository, { method: 'PATCH', to: at, headers }, body), at);
  } catch (error) {
    if (!(error instanceof Refused) || ![400, 405, 411, 413, 415, 501].includes(error.status)) throw error;
    throw new WantsLength(error.input, error.problem, error.hint, { cause: error });
  }
}

/** What a piece has, in bytes: it is kept in memory until it is there. */
const PIECE = 8 * 1024 * 1024;

async function sendPieces(repository: Repository, at: URL, body: Replay): Promise<URL> {
  let next = at;
  let start = 0;
  for await (const piece of pieces(body.bytes())) {
    const headers = { ...octets, 'content-range': `${start}-${start + piece.length - 1}` };
    next = after(repository, await repository.ask({ method: 'PATCH', to: next, headers, body: piece }), next);
    start += piece.length;
  }
  return next;
}

async function* pieces(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    // What comes may be lent.
    parts.push(Buffer.from(chunk));
    size += chunk.length;
    if (size < PIECE) continue;
    yield Buffer.concat(parts);
    parts = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(parts);
}

/** Sends a stream, all of it: an answer that comes before its end says nothing of the rest. */
async function streamed(repository: Repository, request: RepositoryRequest, body: Replay): Promise<Answer> {
  let { to } = request;
  let shown = 0;
  for (let hops = 0; ; hops++) {
    const answer = await repository.ask({ ...request, to, body: body.bytes(), expected: [401] });
    if (answer.status < 300 && body.isOver()) return done(answer);
    // A token that has expired is another by now, and what it was shown for has not begun.
    if (answer.status === 401 && body.canRestart() && shown++ === 0) {
      done(answer);
    } else if (isRedirect(answer) && body.canRestart() && hops < REDIRECTS) {
      to = repository.follow(done(answer));
    } else {
      throw new Passing(repository.name, `answered with ${done(answer).status} before all was sent`);
    }
  }
}

async function finished(repository: Repository, request: RepositoryRequest): Promise<void> {
  done(await repository.ask(request));
}

/** Lets go of an answer whose body has nothing to say, so that the connection can be used again. */
function done(answer: Answer): Answer {
  answer.body.resume();
  return answer;
}

/** Where an upload goes on. */
function after(repository: Repository, answer: Answer, before: URL): URL {
  done(answer);
  return answer.headers.location === undefined ? before : repository.follow(answer);
}

/** Without touching the query that is there, which may be signed. */
function withDigest(location: URL, digest: Digest): URL {
  const url = new URL(location);
  url.search = `${url.search === '' ? '?' : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  return url;
}

/** Answers that end an upload session, though not what is uploaded. */
const LOST = [401, 404, 409, 416];

/** Makes attempts at an upload. The answer that said that all is there may be what was lost. */
async function attempts(
  repository: Repository,
  canRestart: () => boolean,
  known: () => Digest | undefined,
  work: (attempt: number) => Promise<void>,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      const failure =
        error instanceof Refused && LOST.includes(error.status)
          ? new Passing(error.input, error.problem, { cause: error })
          : error;
      if (!(failure instanceof Passing)) throw error;
      const digest = known();
      if (digest !== undefined && (await hasBlob(repository, digest).catch(() => false))) return;
      // Who can read it all again may go on.
      if (!canRestart()) throw failure;
      await pauseAfter(failure, attempt, repository.pauses, repository.retrying).catch(() => {
        throw new InputError(failure.input, failure.problem, failure.hint, { cause: failure });
      });
      // A chunk that was on its way may have been one too many.
      if (!canRestart()) throw failure;
    }
  }
}
