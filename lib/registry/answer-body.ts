import { InputError } from '../errors.ts';
import { JSON_LIMIT } from '../image/json.ts';
import type { Answer } from './exchange.ts';
import { connectionError } from './failures.ts';

/** The body of an answer, which is small: a manifest, a token, an error. */
export async function bytesOf({ body, url }: Answer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > JSON_LIMIT) throw new InputError(url.host, `answered with more than ${JSON_LIMIT} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw connectionError(url.host, error);
  }
  return Buffer.concat(chunks);
}

export async function textOf(answer: Answer): Promise<string> {
  return (await bytesOf(answer)).toString('utf8');
}
