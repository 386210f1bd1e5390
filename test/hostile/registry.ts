import { type Case, either, refused, taken } from './case.ts';
import { descriptor, media, one, two } from './images.ts';
import {
  type Answers,
  challenge,
  changed,
  digest,
  endless,
  evil,
  indexes,
  isBlobOf,
  layerIs,
  layers,
  no,
  size,
  text,
  tokens,
} from './registry-words.ts';
import { asManifest, config, error, manifest, registry } from './replies.ts';

/* What a registry may answer to `pull`: lies, loops, too much, and escape sequences. */

const pulled: Answers[] = [
  ['an image', {}, taken({ has: ['manifest.json'] }), 'crane'],
  ['a type with parameters', { manifest: text(manifest, `${media.manifest}; charset=utf-8`) }, taken(), 'crane'],
  ['a type that is forgotten', { manifest: text(manifest, 'application/octet-stream') }, taken(), 'crane'],
  ['a token', { first: tokens(() => ({ body: '{"token":"good"}' })) }, taken(), 'crane'],
  ['403 with escape sequences', { manifest: () => error(403, evil) }, no, 'contract'],
  ['404', { manifest: () => error(404) }, no, 'crane'],
  ['404 with escape sequences', { manifest: () => error(404, evil) }, no, 'contract'],
  [
    '418 with HTML of many lines',
    { manifest: () => ({ status: 418, body: '<html>\n\n\n<h1>\x1b[31m</h1>\n'.repeat(500) }) },
    no,
    'contract: one line',
  ],
  [
    '400 with an endless body',
    {
      manifest: (_, response) => {
        response.statusCode = 400;
        return endless()(_, response);
      },
    },
    no,
    'bounded',
    {},
  ],
  [
    'a status with escape sequences',
    {
      manifest: (_, response) => {
        response.socket?.end('HTTP/1.1 403 \x1b[31mNo\r\nContent-Length: 0\r\n\r\n');
        response.destroy();
        return undefined;
      },
    },
    no,
    'contract',
  ],
  ['401 without a challenge', { first: () => error(401) }, no, 'crane'],
  ['a challenge of a scheme that is not known', { first: challenge('Negotiate abc') }, no, 'crane'],
  ['a challenge without a realm', { first: challenge('Bearer service="x"') }, no, 'crane'],
  ['a challenge with a file as its realm', { first: challenge('Bearer realm="file:///etc/passwd"') }, no, 'crane'],
  ['a challenge with a realm that is none', { first: challenge('Bearer realm="::::"') }, no, 'crane'],
  ['a challenge with quotes without an end', { first: challenge('Bearer realm="x') }, no, 'RFC 9110'],
  ['a challenge of 10,000 quotes', { first: challenge(`Bearer ${'a="b\\",'.repeat(2000)}`) }, no, 'linear'],
  ['a challenge that never changes', { first: challenge('Basic realm="x"') }, no, 'crane'],
  ['a token that is not JSON', { first: tokens(() => ({ body: '<html>' })) }, no, 'crane'],
  ['a token that is a number', { first: tokens(() => ({ body: '{"token":7}' })) }, no, 'crane'],
  ['a token with a line feed', { first: tokens(() => ({ body: '{"token":"a\\r\\nX-Evil: 1"}' })) }, no, 'RFC 9110'],
  ['a token that does not help', { first: tokens(() => ({ body: '{"token":"bad"}' })) }, no, 'crane'],
  ['a token without end', { first: tokens(endless({ 'content-type': 'application/json' })) }, no, 'bounded'],
  ['a token refused with escape sequences', { first: tokens(() => error(403, evil)) }, no, 'contract'],
  [
    'a redirect to itself',
    { manifest: ({ url = '' }) => ({ status: 302, headers: { location: url } }) },
    no,
    'bounded',
  ],
  [
    'redirects without end',
    { manifest: ({ url = '' }) => ({ status: 302, headers: { location: `${url}x` } }) },
    no,
    'bounded',
  ],
  ['a redirect to a file', { blob: () => ({ status: 302, headers: { location: 'file:///etc/passwd' } }) }, no, 'crane'],
  ['a redirect to nowhere', { blob: () => ({ status: 302 }) }, no, 'RFC 9110'],
  [
    'a redirect to what is no address',
    { blob: () => ({ status: 307, headers: { location: 'http://[::x/' } }) },
    no,
    'RFC 9110',
  ],
  ['a manifest that is not JSON', { manifest: text('{') }, no, 'crane'],
  ['a manifest that is HTML', { manifest: text('<html>', 'text/html') }, no, 'crane'],
  ['a manifest of null', { manifest: text('null') }, no, 'crane'],
  ['a manifest of no bytes', { manifest: text('') }, no, 'crane'],
  [
    'a manifest of schema 1',
    {
      manifest: text('{"schemaVersion":1,"fsLayers":[]}', 'application/vnd.docker.distribution.manifest.v1+prettyjws'),
    },
    refused(/schema 1/),
    'crane',
  ],
  [
    'a manifest of its own unknown type',
    { manifest: changed({ mediaType: 'application/vnd.example' }) },
    no,
    'issue: must be refused',
  ],
  ['a manifest that says that it is an index', { manifest: changed({ mediaType: media.index }) }, no, 'CVE-2021-41190'],
  [
    'a manifest with another digest than is told',
    {
      manifest: () => ({
        ...asManifest(manifest),
        headers: { 'content-type': media.manifest, 'docker-content-digest': `sha256:${'0'.repeat(64)}` },
      }),
    },
    digest,
    'crane',
  ],
  [
    'a manifest without end',
    { manifest: endless({ 'content-type': media.manifest }) },
    refused(/more than|bytes|larger|limit/),
    'ENGINEERING: JSON of 8 MiB',
  ],
  [
    'a manifest of 100,000 deep',
    { manifest: text(`{"x":${'['.repeat(100_000)}${']'.repeat(100_000)},${manifest.slice(1)}`) },
    either(),
    'any',
  ],
  ['an index of no images', { manifest: text('{"schemaVersion":2,"manifests":[]}', media.index) }, no, 'crane'],
  ['indexes in indexes, three deep', { manifest: indexes(3) }, taken(), 'OCI'],
  ['indexes in indexes, 1,000 deep', { manifest: indexes(1000) }, refused(/index|deep|nest/), 'limits'],
  [
    'an artifact',
    { manifest: changed({ config: descriptor('{}', 'application/vnd.example.config') }) },
    refused(/artifact|image/),
    'crane',
  ],
  [
    'a layer of a type that is not known',
    { manifest: layers({ ...descriptor(one, 'application/x-\x1b[31m') }) },
    no,
    'contract',
  ],
  [
    'a digest that climbs',
    { manifest: layers({ ...descriptor(one, media.layer), digest: 'sha256:../../../etc/passwd' }) },
    no,
    'containerd',
  ],
  [
    'a digest with escape sequences',
    { manifest: layers({ ...descriptor(one, media.layer), digest: evil }) },
    no,
    'contract',
  ],
  ['a size past 2^53', { manifest: layers({ ...descriptor(one, media.layer), size: 2 ** 60 }) }, no, 'crane'],
  [
    'layers that the config does not have',
    { manifest: layers(descriptor(one, media.layer), descriptor(one, media.layer)) },
    refused(/layers|diff_ids/),
    'crane',
  ],
  [
    'layers of vendors',
    {
      manifest: layers({
        ...descriptor(one, `${media.layer.replace('layer', 'layer.nondistributable')}`),
        urls: ['http://127.0.0.1:1/'],
      }),
    },
    either(/vendor|layer|kind/),
    'crane',
  ],
  [
    'a config that is larger than 8 MiB',
    { manifest: changed({ config: { ...descriptor(config, media.config), size: 100_000_000 } }) },
    no,
    'ENGINEERING: JSON of 8 MiB',
  ],
  [
    'a config that is another',
    { blob: (request) => ({ body: isBlobOf(request, config) ? config.replace('amd64', 'amd46') : one }) },
    digest,
    'crane',
  ],
  ['a layer that is another', { blob: layerIs(() => ({ body: two })) }, digest, 'crane'],
  ['a layer that is longer', { blob: layerIs(() => ({ body: Buffer.concat([one, one]) })) }, size, 'crane'],
  [
    'a layer without a length that is longer',
    {
      blob: layerIs((_, response) => {
        response.writeHead(200, {});
        response.end(Buffer.concat([one, one]));
        return undefined;
      }),
    },
    size,
    'crane',
  ],
  ['a layer without end', { blob: layerIs(endless()) }, size, 'crane'],
  ['a layer that is missing', { blob: layerIs(() => error(404)) }, refused(/missing|404/), 'crane'],
  [
    'a layer in gzip, as HTTP may do',
    { blob: layerIs(() => ({ headers: { 'content-encoding': 'gzip' }, body: one })) },
    either(/encod|digest/),
    'RFC 9110',
  ],
  [
    'a part that was not asked for',
    { blob: layerIs(() => ({ status: 206, headers: { 'content-range': 'bytes 100-199/9999999' }, body: one })) },
    either(/part|digest|bytes|Range/),
    'RFC 9110',
  ],
  ['a part of nothing', { blob: layerIs(() => ({ status: 206, body: one })) }, no, 'RFC 9110'],
  ['204 for a layer', { blob: layerIs(() => ({ status: 204 })) }, no, 'RFC 9110', { but: {} }],
  [
    'headers of 100,000 bytes',
    {
      manifest: () => ({
        ...asManifest(manifest),
        headers: { 'x-evil': 'y'.repeat(100_000), 'content-type': media.manifest },
      }),
    },
    either(/./),
    'Node: 16 KiB',
  ],
  [
    'no HTTP',
    {
      first: (_, response) => {
        response.socket?.end('220 smtp \x1b[31m ready\r\n');
        response.destroy();
        return undefined;
      },
    },
    no,
    'contract',
  ],
];

export const registries: Case[] = pulled.map(
  ([name, served, must, says, more]): Case => ({
    name,
    group: 'registry: pull',
    kind: 'registry',
    serve: () => registry(served),
    must,
    says,
    ...more,
  }),
);
