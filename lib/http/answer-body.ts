import type { IncomingMessage } from 'node:http';
import { JSON_LIMIT } from '../bytes/limits.ts';
import { InputError } from '../errors.ts';
import { chunksOfSize } from '../memory/chunks.ts';
import { free } from '../memory/loans.ts';
import type { Answer } from './exchange.ts';
import { connectionError, Passing } from './failures.ts';

/** How long a server may send nothing in the middle of an answer, in milliseconds. */
const PATIENCE = 60_000;

/** What comes is gathered into chunks of so many bytes: each stage that a chunk passes costs the same for any size. */
const GATHERED = 128 * 1024;

/** Pieces up to this size in bytes are left to the collector. */
const SMALL = 4 * 1024;

/** As many full chunks as wait for whoever reads them. */
const WAITING = 2;

/** The body of an answer as it comes, in chunks that are lent. One that stalls or breaks off is a Passing. */
export async function* bodyOf({ body, url }: Answer): AsyncGenerator<Buffer> {
  const { next, take, stop } = gathering(body, () => body.destroy(new Passing(url.host, 'stopped sending')));
  try {
    for (let state = 'open'; state === 'open'; ) {
      state = await next();
      // What came before a connection broke is good.
      for (let chunk = take(); chunk; chunk = take()) yield chunk;
    }
  } catch (error) {
    throw connectionError(url.host, error);
  } finally {
    stop();
    body.destroy();
  }
}

interface Gathering {
  /** A chunk that is full, if there is one. */
  take(): Buffer | undefined;
  /** Resolves when a chunk is full, or the body at its end. Rejects when it broke off and all that came was taken. */
  next(): Promise<'open' | 'ended'>;
  stop(): void;
}

/** Listens to a body, which is quicker than to ask it for each piece. */
function gathering(body: IncomingMessage, stalled: () => void): Gathering {
  const full: Buffer[] = [];
  const gathered = chunksOfSize(GATHERED);
  let state: 'open' | 'ended' | Error = 'open';
  let wake: () => void = () => {};
  /** When it was last heard of while it was waited for. */
  let since: number | undefined;
  const patience = setInterval(() => {
    if (since !== undefined && performance.now() - since >= PATIENCE) stalled();
  }, PATIENCE / 20);

  function end(as: 'ended' | Error): void {
    if (state !== 'open') return;
    state = as;
    gathered.flush();
    full.push(...gathered.takeFull());
    wake();
  }

  body.on('data', (part: Buffer) => {
    if (since !== undefined) since = performance.now();
    gathered.add(part);
    // Node reads each into new memory; whoever told of it has done with it by then.
    if (part.length > SMALL && part.length === part.buffer.byteLength) queueMicrotask(() => free(part.buffer));
    full.push(...gathered.takeFull());
    if (full.length < WAITING) return;
    body.pause();
    wake();
  });
  body.on('end', () => end('ended'));
  body.on('error', end);
  body.on('close', () => end(new Error('aborted')));

  return {
    take() {
      const first = full.shift();
      if (full.length < WAITING) body.resume();
      return first;
    },
    async next() {
      if (state === 'open' && full.length === 0) {
        since = performance.now();
        await new Promise<void>((resolve) => {
          wake = resolve;
          body.resume();
        });
        since = undefined;
      }
      if (state instanceof Error && full.length === 0) throw state;
      return state === 'ended' ? 'ended' : 'open';
    },
    stop: () => clearInterval(patience),
  };
}

/**
 * The body of an answer from a byte of the file on, for which was asked; a server that sends the file from its start is
 * listened to from there. That it does not say which part it sends is an InputError.
 *
 * @param name what is asked, for that error
 */
export async function* bodyFrom(answer: Answer, from: number, name: string): AsyncGenerator<Buffer> {
  // Content-Range (RFC 9110, section 14.4).
  const { 'content-range': range = '' } = answer.headers;
  const start = answer.status === 206 ? /^bytes ([0-9]+)-/.exec(range)?.[1] : '0';
  if (start === undefined) throw new InputError(name, 'does not say which part it sends');
  let skip = from - Number(start);
  for await (const chunk of bodyOf(answer)) {
    const left = Math.min(skip, chunk.length);
    skip -= left;
    // A chunk as it came can be given back.
    if (left === 0) yield chunk;
    else if (left < chunk.length) yield chunk.subarray(left);
  }
}

/** The body of an answer, which is small: a manifest, a token, an error. One that is not is an InputError. */
export async function bytesOf(answer: Answer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bodyOf(answer)) {
    size += chunk.length;
    if (size > JSON_LIMIT) throw new InputError(answer.url.host, `answered with more than ${JSON_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The same as text. */
export async function textOf(answer: Answer): Promise<string> {
  return (await bytesOf(answer)).toString('utf8');
}
