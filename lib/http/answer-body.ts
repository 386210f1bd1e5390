import { JSON_LIMIT } from '../bytes/limits.ts';
import { InputError } from '../errors.ts';
import type { Answer } from './exchange.ts';
import { connectionError, Passing } from './failures.ts';

/** How long a server may send nothing in the middle of an answer, in milliseconds. */
const PATIENCE = 60_000;

/** The body of an answer as it comes. One that stalls or breaks off is a Passing. */
export async function* bodyOf({ body, url }: Answer): AsyncGenerator<Buffer> {
  const chunks: AsyncIterator<Buffer> = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const silent = setTimeout(() => body.destroy(new Passing(url.host, 'stopped sending')), PATIENCE);
      const next = await chunks.next().finally(() => clearTimeout(silent));
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    throw connectionError(url.host, error);
  } finally {
    body.destroy();
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
