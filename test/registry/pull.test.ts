import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test, { type TestContext } from 'node:test';
import { run } from '../../lib/commands/command.ts';
import { command } from '../../lib/commands/pull.ts';
import { mediaTypes } from '../../lib/image/manifest.ts';
import { download } from '../../lib/registry/download.ts';
import { noise } from '../entries.ts';
import { configOf, dockerArchive, files, gzipped, ociFiles, opened, someLayer } from '../image/archive.ts';
import { item, tar } from '../peers/layer.ts';
import { folder } from '../peers/tools.ts';
import { digest, drop, type Fake, fake, listen, times } from './fake.ts';
import { piped, pushed } from './pushing.ts';

const layers = [
  gzipped(someLayer('one')),
  gzipped(tar({ dialect: 'gnu', items: [item('file', 'noise', { content: noise(400_000, 9).toString('latin1') })] })),
];
const base = { layers };

/** Runs `layertool pull`, and gives the archive. */
async function pulled(t: TestContext, registry: Fake, ...words: string[]): Promise<Buffer> {
  const out = join(await folder(t), 'pulled.tar');
  await run(command, [`${registry.host}/a/b:1`, '-q', '-o', out, ...words]);
  return readFileSync(out);
}

async function withImage(t: TestContext): Promise<Fake> {
  const registry = await fake(t);
  await pushed(registry, piped(dockerArchive(base)));
  registry.seen.length = 0;
  return registry;
}

test('an image of docker: the manifest and the config are verbatim, and it can be pushed again', async (t) => {
  const registry = await withImage(t);
  const put = registry.manifests.get('a/b:1');
  assert.ok(put);
  const archive = await pulled(t, registry);
  const { index, docker, layers: found, configText } = await opened(archive);
  assert.equal(index.manifests[0]?.digest, digest(put.bytes));
  assert.equal(index.manifests[0]?.mediaType, mediaTypes.docker.manifest);
  assert.deepEqual(docker?.[0]?.RepoTags, [`${registry.host}/a/b:1`]);
  assert.deepEqual(found, layers);
  assert.equal(configText, configOf(base));
  const reference = `${registry.host}/c/d:1`;
  assert.equal(await pushed(registry, piped(archive), { reference }), digest(put.bytes));
  assert.equal(await pushed(registry, piped(archive), { reference, dialect: 'oci' }), digest(put.bytes));
});

test('--format oci', async (t) => {
  const registry = await withImage(t);
  const { docker, layers: found } = await opened(await pulled(t, registry, '--format', 'oci'));
  assert.equal(docker, undefined);
  assert.deepEqual(found, layers);
});

test('the same image gives the same bytes', async (t) => {
  const registry = await withImage(t);
  assert.deepEqual(await pulled(t, registry), await pulled(t, registry));
});

test('a digest reference has no tag to give', async (t) => {
  const registry = await withImage(t);
  const out = join(await folder(t), 'pulled.tar');
  const name = digest(registry.manifests.get('a/b:1')!.bytes);
  await run(command, [`${registry.host}/a/b@${name}`, '-q', '-o', out]);
  const { docker, index } = await opened(readFileSync(out));
  assert.equal(docker?.[0]?.RepoTags, null);
  assert.equal(index.manifests[0]?.annotations, undefined);
});

test('one platform of an index, or all', async (t) => {
  const registry = await fake(t);
  const arm = { layers: [gzipped(someLayer('arm'))], architecture: 'arm64' };
  const list = ociFiles([base, arm]);
  const expected = await pushed(registry, piped(files(...list)));
  assert.deepEqual((await opened(await pulled(t, registry))).layers, layers);
  assert.deepEqual((await opened(await pulled(t, registry, '--platform', 'linux/arm64'))).layers, arm.layers);
  await assert.rejects(pulled(t, registry, '--platform', 'linux/s390x'), {
    problem: 'has no image for linux/s390x, only for linux/amd64, linux/arm64',
  });
  const all = await pulled(t, registry, '--all-platforms');
  assert.equal(await pushed(registry, piped(all), { reference: `${registry.host}/c/d:1` }), expected);
});

test('a platform that the only image is not for', async (t) => {
  const registry = await withImage(t);
  await assert.rejects(pulled(t, registry, '--platform', 'linux/arm64'), {
    problem: 'has no image for linux/arm64, only for linux/amd64',
  });
});

/** Answers a blob with its first bytes, and drops the connection. */
const cut = (registry: Fake, at: number, count: number) =>
  times(count, 'GET /v2/a/b/blobs', (request, response) => {
    const bytes = registry.blobs.get(String(request.url).split('/').at(-1) ?? '');
    assert.ok(bytes);
    const from = Number(/=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from, ...(from > 0 && range) });
    response.write(bytes.subarray(from, from + at), () => setTimeout(() => request.socket.destroy(), 20));
  });

async function bytesOf(registry: Fake, blob: Buffer): Promise<Buffer> {
  const repository = await registry.open('pull');
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of download(repository, { digest: `sha256:${digest(blob).slice(7)}`, size: blob.length })) {
      chunks.push(chunk);
    }
  } finally {
    repository.close();
  }
  return Buffer.concat(chunks);
}

test('a cut download goes on where it was', async (t) => {
  const registry = await withImage(t);
  const [, blob] = layers as [Buffer, Buffer];
  // More often than attempts are made that bring nothing.
  registry.fault = cut(registry, 50_000, 6);
  assert.deepEqual(await bytesOf(registry, blob), blob);
  const ranges = registry.seen.flatMap(({ headers }) => headers.range ?? []);
  assert.deepEqual(
    ranges,
    [1, 2, 3, 4, 5, 6].map((part) => `bytes=${part * 50_000}-`),
  );
});

test('a registry that knows no ranges is listened to from the start', async (t) => {
  const registry = await withImage(t);
  const [, blob] = layers as [Buffer, Buffer];
  const first = cut(registry, 50_000, 1);
  registry.fault = async (request, response, seen) => {
    if (await first(request, response, seen)) return true;
    if (request.headers.range === undefined) return false;
    response.writeHead(200, { 'content-length': blob.length }).end(blob);
    return true;
  };
  assert.deepEqual(await bytesOf(registry, blob), blob);
});

/** Blobs that are not what they should be. */
const damaged: [what: string, change: (blob: Buffer) => Buffer, message: RegExp][] = [
  ['altered', (blob) => Buffer.concat([blob.subarray(0, -1), Buffer.from('x')]), /blob sha256:[0-9a-f]+ is damaged/],
  ['shorter', (blob) => blob.subarray(0, -1), /should have \d+ bytes and has \d+/],
  ['longer', (blob) => Buffer.concat([blob, Buffer.from('x')]), /should have \d+ bytes and has \d+/],
  ['empty', () => Buffer.alloc(0), /should have \d+ bytes and has 0/],
];
for (const [what, change, message] of damaged) {
  test(`a blob that is ${what} is no image`, async (t) => {
    for (const chunked of [false, true]) {
      const registry = await withImage(t);
      registry.fault = (request, response) => {
        const bytes = registry.blobs.get(String(request.url).split('/').at(-1) ?? '');
        if (!bytes || digest(bytes) !== digest(layers[1]!)) return false;
        const changed = change(bytes);
        response.writeHead(200, chunked ? {} : { 'content-length': changed.length }).end(changed);
        return true;
      };
      const repository = await registry.open('pull');
      t.after(() => repository.close());
      const wanted = { digest: `sha256:${digest(layers[1]!).slice(7)}` as const, size: layers[1]!.length };
      const got = async () => {
        let size = 0;
        for await (const chunk of download(repository, wanted)) size += chunk.length;
        return size;
      };
      if (chunked) await assert.rejects(got(), /is damaged|should have|ended after \d+ of \d+ bytes/);
      else await assert.rejects(got(), (error: Error) => message.test(error.message) || assert.fail(error.message));
    }
  });
}

test('nothing is left of an archive whose layer is damaged', async (t) => {
  const registry = await withImage(t);
  registry.blobs.set(digest(layers[1]!), Buffer.from(layers[1]!).fill(0, 1000, 2000));
  const place = await folder(t);
  const out = join(place, 'pulled.tar');
  await assert.rejects(run(command, [`${registry.host}/a/b:1`, '-q', '-o', out]), /is damaged/);
  assert.throws(() => readFileSync(out));
});

test('blobs are had from elsewhere, without credentials', async (t) => {
  const registry = await withImage(t);
  const strangers: (string | undefined)[] = [];
  const storage = await listen(t, (request, response) => {
    strangers.push(request.headers.authorization);
    response.end(registry.blobs.get(String(request.url).replace(/^\/(.*)\?.*$/, '$1')));
  });
  registry.fault = (request, response) => {
    if (request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="it"' }).end();
      return true;
    }
    const name = /blobs\/(.*)$/.exec(request.url ?? '')?.[1];
    if (name === undefined) return false;
    response.writeHead(307, { location: `http://${storage}/${name}?signed=a%20b` }).end();
    return true;
  };
  const repository = await registry.open('pull', { credentials: { user: { name: 'me', password: 'secret' } } });
  const { pullImage } = await import('../../lib/registry/pull.ts');
  const image = await pullImage(repository, undefined);
  for (const [at, layer] of image.layers.entries()) {
    const body = layer.content();
    assert.ok(body instanceof Readable);
    assert.deepEqual(Buffer.concat(await body.toArray()), layers[at]);
  }
  repository.close();
  assert.equal(strangers.length, 3);
  assert.deepEqual(new Set(strangers), new Set([undefined]));
});

/** What a repository may hold instead of an image. */
const strange: [what: string, type: string, manifest: object, message: RegExp][] = [
  [
    'schema 1',
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
    { schemaVersion: 1, fsLayers: [] },
    /schema 1/,
  ],
  [
    'an artifact',
    mediaTypes.oci.manifest,
    {
      schemaVersion: 2,
      config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: digest(Buffer.from('{}')), size: 2 },
      layers: [],
    },
    /holds an artifact \(application\/vnd.cncf.helm.config.v1\+json\), not an image/,
  ],
  ['a web page', 'text/html', { hello: 1 }, /holds text\/html, not an image/],
  [
    'nothing that makes sense',
    mediaTypes.oci.manifest,
    { schemaVersion: 2, layers: 'x' },
    /its manifest is not a manifest/,
  ],
  [
    'a damaged descriptor',
    mediaTypes.oci.manifest,
    { schemaVersion: 2, config: { size: 1 }, layers: [] },
    /damaged descriptor/,
  ],
];
for (const [what, type, manifest, message] of strange) {
  test(`${what} is not pulled`, async (t) => {
    const registry = await fake(t);
    registry.manifests.set('a/b:1', { type, bytes: Buffer.from(JSON.stringify(manifest)) });
    await assert.rejects(
      pulled(t, registry),
      (error: Error) => message.test(error.message) || assert.fail(error.message),
    );
  });
}

test('a manifest that is not what its digest says, or what the registry says', async (t) => {
  const registry = await withImage(t);
  const wrong = `sha256:${'2'.repeat(64)}`;
  const put = registry.manifests.get('a/b:1');
  assert.ok(put);
  registry.manifests.set(`a/b:${wrong}`, put);
  const out = join(await folder(t), 'out');
  await assert.rejects(run(command, [`${registry.host}/a/b@${wrong}`, '-q', '-o', out]), {
    problem: `the manifest of ${wrong} should be ${wrong} and is ${digest(put.bytes)}`,
  });
  registry.fault = (request, response) => {
    if (!request.url?.includes('manifests')) return false;
    response.writeHead(200, { 'content-type': put.type, 'docker-content-digest': wrong }).end(put.bytes);
    return true;
  };
  await assert.rejects(pulled(t, registry), {
    problem: `the manifest of 1 should be ${wrong} and is ${digest(put.bytes)}`,
  });
});

test('a tag that is not there', async (t) => {
  const registry = await fake(t);
  await assert.rejects(pulled(t, registry), { input: `${registry.host}/a/b`, problem: 'has no 1' });
});

test('dropped connections are made again', async (t) => {
  for (const start of ['GET /v2/', 'GET /v2/a/b/manifests', 'GET /v2/a/b/blobs']) {
    const registry = await withImage(t);
    registry.fault = times(1, start, drop);
    assert.deepEqual((await opened(await pulled(t, registry))).layers, layers);
  }
});
