import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { configOf, descriptor, media, one, sha256 } from './images.ts';

/* What a registry answers (OCI distribution specification), and how an answer is put wrong. */

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => Reply | undefined;

export interface Served {
  /** Of a manifest, by tag or digest. */
  readonly manifest?: Answer;
  readonly blob?: Answer;
  /** Before all else; undefined goes on as usual. */
  readonly first?: Answer;
}

export const config = configOf([one]);
export const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: media.manifest,
  config: descriptor(config, media.config),
  layers: [descriptor(one, media.layer)],
});
const blobs = new Map<string, Buffer | string>(
  [config, one, '{}'].map((content) => [`sha256:${sha256(content)}`, content]),
);

export const asManifest = (body: string, type: string = media.manifest): Reply => ({
  headers: { 'content-type': type, 'docker-content-digest': `sha256:${sha256(body)}` },
  body,
});
export const error = (status: number, message = 'no', headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ errors: [{ code: 'DENIED', message }] }),
});

function sent(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body ?? '');
  response.writeHead(reply.status ?? 200, { 'content-length': String(body.length), ...reply.headers });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** A registry of one image, but for what is said. */
export function registry(said: Served = {}): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const [, kind, name = ''] = /^\/v2\/.*\/(manifests|blobs)\/([^/]*)$/.exec(pathname) ?? [];
    const other = said.first?.(request, response);
    if (response.headersSent || response.destroyed || request.socket.destroyed) return;
    if (other) return sent(response, other);
    if (kind === 'manifests') {
      const reply = said.manifest ? said.manifest(request, response) : asManifest(manifest);
      if (reply) sent(response, reply);
    } else if (kind === 'blobs') {
      const content = blobs.get(name);
      const usual = content === undefined ? error(404, 'unknown') : { body: content };
      const reply = said.blob ? said.blob(request, response) : usual;
      if (reply) sent(response, reply);
    } else sent(response, pathname === '/v2/' ? { body: '{}' } : error(404, 'unknown'));
  };
}

/** A registry that takes every upload, but for what is said. */
export function uploads(said: Answer = () => undefined): RequestListener {
  let count = 0;
  return (request, response) => {
    const other = said(request, response);
    if (response.headersSent || request.socket.destroyed) return;
    if (other) {
      request.resume();
      request.on('end', () => sent(response, other));
      return;
    }
    if (request.headers.expect) response.writeContinue();
    request.resume();
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      if (request.method === 'GET') return sent(response, pathname === '/v2/' ? { body: '{}' } : error(404));
      if (request.method === 'HEAD') return sent(response, { status: 404 });
      if (request.method === 'POST')
        return sent(response, { status: 202, headers: { location: `${pathname}${++count}` } });
      if (request.method === 'PATCH') return sent(response, { status: 202, headers: { location: pathname } });
      const digest = searchParams.get('digest');
      sent(response, { status: 201, ...(digest && { headers: { 'docker-content-digest': digest } }) });
    });
  };
}
