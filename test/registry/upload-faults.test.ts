import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import test, { type TestContext } from 'node:test';
import { noise } from '../entries.ts';
import { configOf, dockerArchive, files, gzipped, ociFiles } from '../image/archive.ts';
import { item, tar } from '../peers/layer.ts';
import { digest, drop, type Fake, type Fault, fake, listen, nobody, times } from './fake.ts';
import { filed, piped, pushed } from './pushing.ts';

/** A layer that stays as large when it is compressed. */
const layerOf = (size: number) =>
  tar({ dialect: 'gnu', items: [item('file', 'noise', { content: noise(size, 7).toString('latin1') })] });

const small = dockerArchive({ layers: [layerOf(300_000)] });
/** Larger than what is kept of a pipe. */
const large = dockerArchive({ layers: [layerOf(6_000_000)] });
/** Its blobs are named by their digests. */
const oci = files(...ociFiles([{ layers: [gzipped(layerOf(6_000_000))] }]));

async function expected(t: TestContext, archive: Buffer): Promise<string> {
  return pushed(await fake(t), piped(archive));
}

/** What came is an image, all of it. */
function isWhole(registry: Fake): void {
  const found = registry.manifests.get('a/b:1');
  assert.ok(found, 'the manifest is there');
  const { config, layers } = JSON.parse(found.bytes.toString());
  for (const one of [config, ...layers]) {
    const bytes = registry.blobs.get(one.digest);
    assert.ok(bytes);
    assert.deepEqual([digest(bytes), bytes.length], [one.digest, one.size]);
  }
}

/** Takes so many bytes of a body, and then does something else. */
const midway =
  (bytes: number, then: (request: IncomingMessage, response: ServerResponse) => void) =>
  (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers.expect) response.writeContinue();
    let left = bytes;
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left > 0) return;
      left = Number.POSITIVE_INFINITY;
      then(request, response);
    });
  };

const status =
  (code: number, headers = {}) =>
  (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(code, headers).end();
  };

/** The registry does what it should, and the answer is lost. */
function lost(start: string): Fault {
  let once = true;
  return (request, response) => {
    if (!once || !`${request.method} ${request.url}`.startsWith(start)) return false;
    once = false;
    const { socket } = request;
    response.detachSocket(socket);
    request.once('end', () => setTimeout(() => socket.destroy(), 30));
    return false;
  };
}

/** Faults that pass, met once or twice: the push succeeds, from a file and from a pipe. */
const passing: [what: string, fault: () => Fault][] = [
  ['the first request is dropped', () => times(1, 'GET /v2/', drop)],
  ['a HEAD is dropped', () => times(2, 'HEAD', drop)],
  ['a POST is dropped', () => times(2, 'POST', drop)],
  ['a PATCH is dropped at once', () => times(2, 'PATCH', drop)],
  ['a PATCH is dropped midway', () => times(1, 'PATCH', midway(150_000, drop))],
  ['a PATCH is answered with 500 midway', () => times(1, 'PATCH', midway(150_000, status(500)))],
  ['a PATCH is answered with 503', () => times(2, 'PATCH', status(503, { 'retry-after': '0' }))],
  ['the upload is unknown', () => times(1, 'PATCH', status(404))],
  ['the end of an upload is dropped', () => times(2, 'PUT /v2/a/b/blobs', drop)],
  ['the upload is unknown at its end', () => times(1, 'PUT /v2/a/b/blobs', status(404))],
  ['the answer to the end of an upload is lost', () => lost('PUT /v2/a/b/blobs')],
  ['the manifest is dropped', () => times(2, 'PUT /v2/a/b/manifests', drop)],
  ['the answer to the manifest is lost', () => lost('PUT /v2/a/b/manifests')],
  ['429 everywhere', () => times(3, '', status(429, { 'retry-after': '0' }))],
  ['502 for a manifest', () => times(1, 'PUT /v2/a/b/manifests', status(502))],
];

for (const [what, fault] of passing) {
  test(`goes on when ${what}`, async (t) => {
    const digest = await expected(t, small);
    for (const make of [() => filed(t, small), async () => piped(small)]) {
      const registry = await fake(t);
      registry.fault = fault();
      assert.equal(await pushed(registry, await make()), digest);
      isWhole(registry);
    }
  });
}

test('a file goes up again from its start, however far it has come; of a pipe only the first part', async (t) => {
  for (const archive of [large, oci]) {
    const digest = await expected(t, archive);
    const faults = [
      times(1, 'PATCH', midway(5_000_000, drop)),
      times(1, 'PUT /v2/a/b/blobs/uploads/1', midway(5_000_000, drop)),
    ];
    const fault: Fault = async (...args) => (await faults[0]!(...args)) || (await faults[1]!(...args));
    const registry = await fake(t);
    registry.fault = fault;
    assert.equal(await pushed(registry, await filed(t, archive)), digest);
    isWhole(registry);

    const other = await fake(t);
    other.fault =
      archive === oci ? times(1, 'PUT', midway(5_000_000, drop)) : times(1, 'PATCH', midway(5_000_000, drop));
    await assert.rejects(pushed(other, piped(archive)), {
      problem: 'dropped the connection',
      hint: 'a pipe cannot be read again: push the image from a file',
    });
    assert.equal(other.manifests.size, 0);
  }
});

test('a registry that takes no chunks gets a length: from a file at once, from a pipe in pieces', async (t) => {
  const digest = await expected(t, large);
  const refuse: Fault = (request, response) => {
    if (request.headers['transfer-encoding'] === undefined) return false;
    response.writeHead(411).end();
    return true;
  };
  for (const make of [() => filed(t, large), async () => piped(large)]) {
    const registry = await fake(t);
    registry.fault = refuse;
    assert.equal(await pushed(registry, await make()), digest);
    isWhole(registry);
  }
  const strict = await fake(t);
  strict.fault = (request, response) => {
    if (request.method !== 'PATCH') return false;
    response.writeHead(405).end();
    return true;
  };
  assert.equal(await pushed(strict, await filed(t, large)), digest);
  await assert.rejects(pushed(strict, piped(large), { reference: `${strict.host}/c/d` }), /was answered with 405/);
  assert.ok(![...strict.manifests.keys()].some((name) => name.startsWith('c/d')));
});

test('HEAD says nothing: blobs are sent', async (t) => {
  const registry = await fake(t);
  registry.fault = times(100, 'HEAD', status(404));
  await pushed(registry, piped(small));
  isWhole(registry);
});

test('uploads go on elsewhere, without credentials', async (t) => {
  const registry = await fake(t);
  const strangers: IncomingMessage['headers'][] = [];
  const elsewhere = await listen(t, (request, response) => {
    strangers.push(request.headers);
    response.writeHead(307, { location: `http://${registry.host}${request.url}` }).end();
  });
  registry.fault = (request, response) => {
    if (request.headers.authorization === undefined && request.url === '/v2/') {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="it"' }).end();
      return true;
    }
    return false;
  };
  registry.location = (path) => `http://${elsewhere}${path}`;
  const repository = await registry.open('push', { credentials: { user: { name: 'me', password: 'secret' } } });
  const { push } = await import('../../lib/push/push.ts');
  await push(piped(small), repository, { compression: 'gzip' });
  repository.close();
  isWhole(registry);
  assert.ok(strangers.length > 0);
  for (const headers of strangers) assert.equal(headers.authorization, undefined);
});

/** Faults that stay: the push fails with one clear line, and nothing is put. */
const lasting: [what: string, fault: Fault, message: RegExp][] = [
  ['every PATCH is dropped', times(100, 'PATCH', drop), /dropped the connection/],
  ['every answer is 500', times(100, 'POST', status(500)), /POST \/v2\/a\/b\/blobs\/uploads\/ was answered with 500/],
  ['pushing is forbidden', times(100, 'POST', status(403)), /was answered with 403/],
  [
    'credentials are wanted',
    times(100, '', status(401, { 'www-authenticate': 'Basic realm="it"' })),
    /wants credentials, and there are none for it/,
  ],
  [
    'redirects have no end',
    times(100, 'POST', status(307, { location: '/v2/a/b/blobs/uploads/' })),
    /redirects more than 5 times/,
  ],
  ['an upload has no Location', times(100, 'POST', status(202)), /does not say where it goes on/],
  [
    'the manifest is refused',
    times(100, 'PUT /v2/a/b/manifests', (_request, response) => {
      response
        .writeHead(400)
        .end(JSON.stringify({ errors: [{ code: 'MANIFEST_INVALID', message: 'no\x1b[31m way' }] }));
    }),
    /was answered with 400: MANIFEST_INVALID, no/,
  ],
  [
    'the manifest becomes another',
    times(100, 'PUT /v2/a/b/manifests', status(201, { 'docker-content-digest': `sha256:${'1'.repeat(64)}` })),
    /was sent the manifest sha256:[0-9a-f]{64} and says that it has sha256:1111/,
  ],
];

for (const [what, fault, message] of lasting) {
  test(`fails when ${what}`, async (t) => {
    for (const make of [() => filed(t, small), async () => piped(small)]) {
      const registry = await fake(t);
      registry.fault = fault;
      await assert.rejects(
        async () => pushed(registry, await make()),
        (error: Error) => message.test(error.message) || assert.fail(error.message),
      );
      assert.equal(registry.manifests.size, 0);
    }
  });
}

test('a registry that lies about a blob', async (t) => {
  const registry = await fake(t);
  registry.fault = times(100, 'PUT /v2/a/b/blobs', status(400));
  await assert.rejects(pushed(registry, piped(small)), /was answered with 400/);
  assert.equal(registry.manifests.size, 0);
});

test('a registry that is not there', async (t) => {
  const registry = await fake(t);
  const host = await nobody();
  await assert.rejects(pushed(registry, piped(small), { reference: `${host}/a/b` }), {
    input: host,
    problem: 'refuses the connection',
  });
});

test('a config is what it was, to the byte', async (t) => {
  const layers = [layerOf(1000)];
  const config = configOf({ layers });
  const registry = await fake(t);
  await pushed(registry, piped(dockerArchive({ layers })));
  assert.equal(registry.blobs.get(digest(Buffer.from(config)))?.toString(), config);
});
