import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Case, type Must, refused } from './case.ts';
import { descriptor, media, one, sha256 } from './images.ts';
import { type Answer, asManifest, config, error, manifest, type Served } from './replies.ts';

/* How the answers of a registry are changed. */

export type Answers = readonly [name: string, served: Served, must: Must, says: string, more?: Partial<Case>];

export const no = refused(/./);

export const digest = refused(/should be|digest|damaged/);

export const size = refused(/bytes|size|ended/);

export const evil = '\x1b]0;owned\x07\x1b[31m\x9b2J\x7f';

export const text =
  (body: string, type?: string): Answer =>
  () =>
    asManifest(body, type);

export const changed = (fields: object) => text(JSON.stringify({ ...(JSON.parse(manifest) as object), ...fields }));

export const layers = (...list: unknown[]) => changed({ layers: list });

/** A body that never ends, or until nobody reads it. */
export const endless =
  (headers: Record<string, string> = {}, chunk = Buffer.alloc(65536, ' ')): Answer =>
  (_, response) => {
    response.writeHead(200, headers);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
    return undefined;
  };

export const isBlobOf = (request: IncomingMessage, content: string | Buffer) =>
  request.url?.includes(sha256(content)) ?? false;

export const layerIs =
  (reply: Answer): Answer =>
  (request, response) =>
    isBlobOf(request, one) ? reply(request, response) : { body: config };

export const challenge =
  (value: string): Answer =>
  () =>
    error(401, 'who are you', { 'www-authenticate': value });

export const tokens =
  (reply: Answer): Answer =>
  (request, response) => {
    if (request.url?.startsWith('/token')) return reply(request, response);
    if (request.headers.authorization === 'Bearer good') return undefined;
    return error(401, 'who', {
      'www-authenticate': `Bearer realm="http://${request.headers.host}/token",service="s",scope="x"`,
    });
  };

export const nested = (depth: number): Map<string, string> => {
  const texts = new Map([['last', manifest]]);
  let at = manifest;
  let type = media.manifest;
  for (let left = depth; left > 0; left--) {
    texts.set(`sha256:${sha256(at)}`, at);
    at = JSON.stringify({ schemaVersion: 2, mediaType: media.index, manifests: [descriptor(at, type)] });
    type = media.index;
  }
  return texts.set('1', at);
};

export const indexes = (depth: number): Answer => {
  let texts: Map<string, string> | undefined;
  return ({ url }) => {
    texts ??= nested(depth);
    const body = texts.get(url?.split('/').at(-1) ?? '');
    return body === undefined
      ? error(404)
      : asManifest(body, body.includes('"manifests"') ? media.index : media.manifest);
  };
};

export type Uploads = readonly [name: string, answer: Answer, must: Must, says: string];

export const on =
  (method: string, path: RegExp, reply: Answer): Answer =>
  (request: IncomingMessage, response: ServerResponse) =>
    request.method === method && path.test(request.url ?? '') ? reply(request, response) : undefined;
