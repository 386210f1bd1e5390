import { InputError } from '../errors.ts';
import { bodyFrom } from '../http/answer-body.ts';
import type { Answer, Exchange } from '../http/exchange.ts';
import { answerError } from '../http/failures.ts';
import { isLoopback } from '../http/loopback.ts';
import { isRedirect, REDIRECTS } from '../http/redirect.ts';
import { type Pauses, pauseAfter, type Retrying } from '../http/retry.ts';
import { loginFor, type Netrc } from './netrc.ts';

/** What files are downloaded with. */
export interface Line {
  readonly exchange: Exchange;
  readonly netrc: Netrc;
  readonly pauses: Pauses;
  readonly retrying: Retrying;
}

/** Whether a file may be downloaded from a URL: by TLS, or from this machine. */
export function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.host));
}

/**
 * The bytes of a file, as they come. A connection that is cut is made anew, and goes on where it was. That the file cannot
 * be had is an InputError.
 */
export async function* download(line: Line, url: URL): AsyncGenerator<Buffer> {
  let received = 0;
  for (let attempt = 0; ; ) {
    const before = received;
    try {
      for await (const chunk of stretch(line, url, received)) {
        received += chunk.length;
        yield chunk;
      }
      return;
    } catch (failure) {
      if (received > before) attempt = 0;
      await pauseAfter(failure, attempt++, line.pauses, line.retrying);
    }
  }
}

/** A file from a byte on. */
async function* stretch(line: Line, url: URL, from: number): AsyncGenerator<Buffer> {
  const answer = await asked(line, url, from > 0 ? { range: `bytes=${from}-` } : {});
  yield* bodyFrom(answer, from, answer.url.host);
}

/** Follows redirects where they lead: never away from TLS, and with credentials for the first host alone. */
async function asked({ exchange, netrc }: Line, first: URL, headers: Record<string, string>): Promise<Answer> {
  const login = loginFor(first, netrc);
  let url = first;
  for (let hops = 0; ; hops++) {
    const authorization = login && url.origin === first.origin ? basic(login.user, login.password) : undefined;
    const answer = await exchange.ask({
      method: 'GET',
      url: withoutLogin(url),
      // What is compressed on its way would have another size and another hash.
      headers: {
        'user-agent': 'layertool',
        'accept-encoding': 'identity',
        ...headers,
        ...(authorization && { authorization }),
      },
    });
    if (!isRedirect(answer)) return accepted(answer);
    answer.body.resume();
    if (hops === REDIRECTS) throw new InputError(first.host, `redirects more than ${REDIRECTS} times`);
    const { location } = answer.headers;
    if (location === undefined || !URL.canParse(location, url.href)) {
      throw new InputError(url.host, 'does not say where it goes on');
    }
    const next = new URL(location, url);
    // A loopback server that speaks plainly may go on there, a server with TLS may not.
    if (!isSafe(next) || (url.protocol === 'https:' && next.protocol !== 'https:')) {
      throw new InputError(url.host, `goes on without TLS, at ${next.protocol}//${next.host}`);
    }
    url = next;
  }
}

function accepted(answer: Answer): Answer {
  const { status, headers, url } = answer;
  if (status === 200 || status === 206) return answer;
  answer.body.resume();
  // Without its query, which may be a key.
  throw answerError(url.host, `GET ${url.pathname}`, status, headers, '');
}

function withoutLogin(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
