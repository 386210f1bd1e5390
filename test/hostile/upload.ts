import { type Case, either, taken } from './case.ts';
import { evil, no, on, type Uploads } from './registry-words.ts';
import { error, uploads } from './replies.ts';

/* What a registry may answer to `push`. */

const pushed: Uploads[] = [
  ['an upload', () => undefined, taken({ text: /^(127\.0\.0\.1:\d+\/demo@sha256:[0-9a-f]{64}\n)+$/ }), 'crane'],
  ['no place for an upload', on('POST', /uploads/, () => ({ status: 202 })), no, 'OCI distribution'],
  [
    'a place that is no address',
    on('POST', /uploads/, () => ({ status: 202, headers: { location: 'http://[::x/' } })),
    no,
    'OCI distribution',
  ],
  [
    'a place that is a file',
    on('POST', /uploads/, () => ({ status: 202, headers: { location: 'file:///tmp/evil' } })),
    no,
    'OCI distribution',
  ],
  [
    'a place with escape sequences',
    on('POST', /uploads/, () => ({ status: 202, headers: { location: 'http://\x9b2J/' } })),
    no,
    'contract',
  ],
  ['403 for an upload, with escape sequences', on('POST', /uploads/, () => error(403, evil)), no, 'contract'],
  ['400 for the bytes, with escape sequences', on('PUT', /uploads/, () => error(400, evil)), no, 'contract'],
  ['403 for the manifest, with escape sequences', on('PUT', /manifests/, () => error(403, evil)), no, 'contract'],
  [
    'another digest for the manifest',
    on('PUT', /manifests/, () => ({ status: 201, headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } })),
    no,
    'crane',
  ],
  [
    'redirects without end',
    on('POST', /uploads/, ({ url = '' }) => ({ status: 307, headers: { location: `${url}x` } })),
    no,
    'bounded',
  ],
  ['401 again and again', () => error(401, 'who', { 'www-authenticate': 'Basic realm="x"' }), no, 'crane'],
  [
    'a mount of what is not there',
    on('POST', /mount=/, () => ({ status: 201, headers: { location: '/v2/x/blobs/sha256:0' } })),
    either(),
    'OCI distribution',
  ],
];

export const uploadReplies: Case[] = pushed.map(
  ([name, answer, must, says]): Case => ({
    name,
    group: 'registry: push',
    kind: 'upload',
    serve: () => uploads(answer),
    must,
    says,
  }),
);
