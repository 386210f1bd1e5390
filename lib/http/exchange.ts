import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createSecureContext, rootCertificates } from 'node:tls';
import { InputError, systemFailure } from '../errors.ts';
import { connectionError, Passing } from './failures.ts';
import { send } from './send.ts';

/** One request. It is retried, authorised and redirected by who makes it. */
export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes in memory, or bytes as they come. */
  readonly body?: Buffer | AsyncIterable<Buffer> | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What was asked, against which a Location is read. */
  readonly url: URL;
  readonly body: IncomingMessage;
}

export interface Exchange {
  /** Rejects where no answer comes: with a Passing, or an InputError where it never will. */
  ask(request: Request): Promise<Answer>;
  /** Ends the connections that are kept open. */
  close(): void;
}

/**
 * How long a server may do nothing, in milliseconds: take none of what is sent, or give no answer when all is. After an
 * upload it may have to read the blob again.
 */
const PATIENCE = { answer: 60_000, upload: 300_000 };

export interface ExchangeOptions {
  /** Whether any certificate will do. */
  readonly insecure?: boolean;
  /** The hint where a certificate is not trusted. */
  readonly trust?: string;
}

/** Makes HTTP requests over connections that are kept. */
export function exchange({ insecure = false, trust }: ExchangeOptions = {}): Exchange {
  const keep = { keepAlive: true, maxSockets: 8, proxyEnv: proxies() } as const;
  const http = new HttpAgent(keep);
  let https: HttpsAgent | undefined;
  let closed = false;

  /** Nobody waits for what was under way. */
  const closedFor = (url: URL): InputError => new InputError(url.host, 'the connection was closed by layertool');

  /** Made when TLS begins: to read the certificates takes a quarter of a second. */
  function httpsAgent(): HttpsAgent {
    https ??= new HttpsAgent({
      ...keep,
      rejectUnauthorized: !insecure,
      secureContext: createSecureContext({ ca: authorities() }),
    });
    return https;
  }

  return {
    ask({ method, url, headers, body }) {
      if (closed) return Promise.reject(closedFor(url));
      const secure = url.protocol === 'https:';
      const start = secure ? httpsRequest : httpRequest;
      const limit = method === 'GET' || method === 'HEAD' ? PATIENCE.answer : PATIENCE.upload;
      return new Promise((resolve, reject) => {
        const request = start(url, { method, headers, agent: secure ? httpsAgent() : http });
        let timer: NodeJS.Timeout | undefined;
        let settled = false;
        /** Whether the next move is the server's. */
        const waiting = (so: boolean): void => {
          clearTimeout(timer);
          if (so && !settled)
            timer = setTimeout(
              () => request.destroy(new Passing(url.host, `did nothing for ${limit / 1000} s`)),
              limit,
            );
        };
        const fail = (error: unknown): void => {
          settled = true;
          waiting(false);
          request.destroy();
          reject(closed ? closedFor(url) : connectionError(url.host, error, trust));
        };
        request.on('error', fail);
        waiting(true);
        let sent = Promise.resolve();
        if (body === undefined || Buffer.isBuffer(body)) request.end(body);
        else sent = send(request, body, waiting);
        request.on('response', (response) => {
          // Whoever reads the body meets its errors; later ones have nothing to say.
          response.on('error', () => {});
          const answer = { status: response.statusCode ?? 0, headers: response.headers, url, body: response };
          // A server that has what it wants may answer before the end.
          sent.then(() => {
            settled = true;
            waiting(false);
            resolve(answer);
          }, fail);
        });
        sent.catch(fail);
      });
    },
    close() {
      closed = true;
      http.destroy();
      https?.destroy();
    },
  };
}

/** HTTPS_PROXY and its like, where Node knows them (22.21, 24.5); as everywhere, this machine needs none. */
function proxies(): NodeJS.ProcessEnv {
  const { NO_PROXY, no_proxy = NO_PROXY, ...rest } = process.env;
  const direct = [...(no_proxy ? [no_proxy] : []), 'localhost', '127.0.0.1', '[::1]', '::1'].join(',');
  return { ...rest, NO_PROXY: direct, no_proxy: direct };
}

/**
 * Node trusts the authorities that it brings, and those of NODE_EXTRA_CA_CERTS; Go's tools those of SSL_CERT_FILE. Who
 * has set the latter means it for us as well.
 */
function authorities(): string[] | undefined {
  const file = process.env['SSL_CERT_FILE'];
  if (file === undefined || file === '') return undefined;
  const extra = process.env['NODE_EXTRA_CA_CERTS'];
  return [...rootCertificates, ...[file, ...(extra ? [extra] : [])].map(readAuthorities)];
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw systemFailure(file, error);
  }
}
