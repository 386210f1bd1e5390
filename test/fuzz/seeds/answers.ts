import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { configOf, descriptor, someLayer } from '../../image/archive.ts';
import type { Sample } from '../target.ts';

/** Answers of a registry, as bytes (see judges/server.ts). */

const types = 'application/vnd.oci.image';
const layer = gzipSync(someLayer('one'));
const config = configOf({ layers: [someLayer('one')] });
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: `${types}.manifest.v1+json`,
  config: descriptor(config, `${types}.config.v1+json`),
  layers: [descriptor(layer, `${types}.layer.v1.tar+gzip`)],
});
const index = JSON.stringify({
  schemaVersion: 2,
  manifests: [descriptor(manifest, `${types}.manifest.v1+json`, { platform: { os: 'linux', architecture: 'amd64' } })],
});

function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function answer(
  request: string,
  status: string,
  head: Readonly<Record<string, string>>,
  body: Buffer | string = '',
): Buffer {
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = Buffer.from(body);
  const length = `content-length: ${bytes.length}\r\n`;
  return Buffer.concat([Buffer.from(`${request}\nHTTP/1.1 ${status}\r\n${lines.join('')}${length}\r\n`), bytes]);
}

const ping = answer('GET /v2/ ', '200 OK', { 'docker-distribution-api-version': 'registry/2.0' });
const root = answer('GET /v2/', '200 OK', {});
const blobs = [
  answer(`GET /v2/a/b/blobs/${digestOf(config)}`, '200 OK', { 'content-type': 'application/octet-stream' }, config),
  answer(`GET /v2/a/b/blobs/${digestOf(layer)}`, '200 OK', { etag: '"x"', 'accept-ranges': 'bytes' }, layer),
];

function manifestAnswer(by: string, body: string, type: string): Buffer {
  const head = { 'content-type': `${types}.${type}.v1+json`, 'docker-content-digest': digestOf(body) };
  return answer(`GET /v2/a/b/manifests/${by}`, '200 OK', head, body);
}

/** Of a registry that an image is pulled from: plain, of several platforms, with tokens, and one that sends elsewhere. */
export function pulls(): Sample[] {
  const plain = [...blobs, manifestAnswer('1', manifest, 'manifest'), root];
  const several = [
    ...blobs,
    manifestAnswer('1', index, 'index'),
    manifestAnswer('sha256:', manifest, 'manifest'),
    root,
  ];
  const challenge = {
    'www-authenticate': 'Bearer realm="http://@host@/token",service="it",scope="repository:a/b:pull"',
  };
  const token = answer(
    'GET /token',
    '200 OK',
    { 'content-type': 'application/json' },
    '{"token":"abc","expires_in":300}',
  );
  const guarded = [
    ...blobs,
    manifestAnswer('1', manifest, 'manifest'),
    answer('GET /v2/', '401 Unauthorized', challenge),
    token,
  ];
  const elsewhere = answer(`GET /v2/a/b/blobs/${digestOf(config)}`, '307 Temporary Redirect', {
    location: 'http://@host@/else?x=a%20b',
  });
  const chunked = `${config.length.toString(16)}\r\n${config}\r\n0\r\n\r\n`;
  const there = Buffer.from(`GET /else\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked}`);
  return [plain, several, guarded, [elsewhere, blobs[1]!, manifestAnswer('1', manifest, 'manifest'), there, root]];
}

/** Of a registry that an image is pushed to. */
export function pushes(): Sample[] {
  const begin = answer('POST /v2/a/b/blobs/uploads/', '202 Accepted', {
    location: '/v2/a/b/blobs/uploads/1?state=a%20b',
    range: '0-0',
  });
  const more = answer('PATCH /v2/a/b/blobs/uploads/1', '202 Accepted', {
    location: 'http://@host@/v2/a/b/blobs/uploads/1?state=c',
  });
  const end = answer('PUT /v2/a/b/blobs/uploads/1', '201 Created', { location: '/v2/a/b/blobs/x' });
  const put = answer('PUT /v2/a/b/manifests/', '201 Created', {});
  const there = answer('HEAD /v2/a/b/blobs/', '200 OK', {});
  const errors = JSON.stringify({ errors: [{ code: 'DENIED', message: 'no' }] });
  const missing = answer('HEAD /v2/a/b/blobs/', '404 Not Found', { 'content-type': 'application/json' });
  return [
    [root, missing, begin, more, end, put],
    [ping, there, begin, more, end, put],
    [root, missing, begin, more, end, put, answer('GET /v2/a', '403 Forbidden', {}, errors)],
  ];
}
