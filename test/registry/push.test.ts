import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { noise, sha256 } from '../entries.ts';
import { configOf, dockerArchive, files, gzipped, image, ociFiles, plain, someLayer } from '../image/archive.ts';
import { item, tar } from '../peers/layer.ts';
import { folder } from '../peers/tools.ts';
import { digest, type Fake, fake } from './fake.ts';
import { filed, piped, pushed } from './pushing.ts';

const layers = [someLayer('etc/one'), someLayer('etc/two')];
const base = { layers };
const zipped = { layers: layers.map(gzipped) };

/** The manifest that a tag has now. */
function manifestOf(registry: Fake, name = 'a/b:1') {
  const found = registry.manifests.get(name);
  assert.ok(found, `${name} is there`);
  return JSON.parse(found.bytes.toString());
}

/** The blobs of an image in the registry, held against its manifest: config first. */
function blobsOf(registry: Fake, name?: string): Buffer[] {
  const { config, layers } = manifestOf(registry, name);
  return [config, ...layers].map((one) => {
    const bytes = registry.blobs.get(one.digest);
    assert.ok(bytes, `${one.digest} is there`);
    assert.equal(one.size, bytes.length);
    return bytes;
  });
}

test('a docker archive: file and pipe give the same, layers are compressed, the config is verbatim', async (t) => {
  const registry = await fake(t);
  const archive = dockerArchive(base);
  const from = await pushed(registry, await filed(t, archive), { reference: `${registry.host}/file:1` });
  for (const size of [100, 512, 70_000]) {
    const reference = `${registry.host}/pipe${size}:1`;
    assert.equal(await pushed(registry, piped(archive, size), { reference }), from);
  }
  const { mediaType, layers: told } = manifestOf(registry, 'file:1');
  assert.equal(mediaType, 'application/vnd.docker.distribution.manifest.v2+json');
  for (const one of told) assert.equal(one.mediaType, 'application/vnd.docker.image.rootfs.diff.tar.gzip');
  const [config, ...stored] = blobsOf(registry, 'file:1');
  assert.equal(config?.toString(), configOf(base));
  assert.deepEqual(stored.map(plain), layers);
});

test('a docker archive whose layers are compressed keeps them', async (t) => {
  const registry = await fake(t);
  await pushed(registry, piped(dockerArchive(zipped)));
  assert.deepEqual(blobsOf(registry).slice(1), zipped.layers);
});

test('--compress none', async (t) => {
  const registry = await fake(t);
  await pushed(registry, piped(dockerArchive(base)), { compression: 'none' });
  assert.deepEqual(blobsOf(registry).slice(1), layers);
  assert.equal(manifestOf(registry).layers[0].mediaType, 'application/vnd.docker.image.rootfs.diff.tar');
});

test('archives that are compressed themselves', async (t) => {
  const registry = await fake(t);
  const archive = dockerArchive(base);
  const expected = await pushed(registry, piped(archive));
  assert.equal(await pushed(registry, piped(gzipSync(archive))), expected);
  assert.equal(await pushed(registry, await filed(t, gzipSync(archive))), expected);
});

test('a layer that is a link to an earlier or a later one', async (t) => {
  const registry = await fake(t);
  const [one, two] = layers as [Buffer, Buffer];
  const config = configOf({ layers: [one, two, one, two] });
  const archive = files(
    ['a/layer.tar', one],
    ['b/layer.tar', { link: '../a/layer.tar' }],
    ['c/layer.tar', { link: '../d/layer.tar' }],
    ['d/layer.tar', two],
    ['config.json', config],
    [
      'manifest.json',
      JSON.stringify([{ Config: 'config.json', Layers: ['a', 'd', 'b', 'c'].map((at) => `${at}/layer.tar`) }]),
    ],
  );
  const digest = await pushed(registry, piped(archive));
  assert.deepEqual(blobsOf(registry).slice(1).map(plain), [one, two, one, two]);
  const sent = registry.seen.filter(({ method }) => method === 'PATCH');
  assert.equal(sent.length, 2, 'each goes up once');
  assert.equal(await pushed(registry, await filed(t, archive)), digest);
});

test('an OCI archive keeps its manifest, from file, pipe and directory', async (t) => {
  const registry = await fake(t);
  const list = ociFiles([zipped]);
  const archive = files(...list);
  const { manifests } = JSON.parse(String(new Map(list).get('index.json')));
  assert.equal(await pushed(registry, piped(archive)), manifests[0].digest);
  assert.equal(await pushed(registry, await filed(t, archive)), manifests[0].digest);
  const directory = await folder(t);
  for (const [name, content] of list) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  assert.equal(await pushed(registry, directory), manifests[0].digest);
  assert.deepEqual(blobsOf(registry).slice(1), zipped.layers);
});

test('an OCI archive with plain layers: the manifest tells what they have become, and all else stays', async (t) => {
  const registry = await fake(t);
  const archive = files(...ociFiles([base], { manifest: { 'x-kept': [1] } }));
  const digest = await pushed(registry, piped(archive));
  assert.equal(await pushed(registry, await filed(t, archive)), digest);
  const manifest = manifestOf(registry);
  assert.deepEqual(manifest['x-kept'], [1]);
  assert.deepEqual(manifest.annotations, { 'org.example.base': 'yes' });
  assert.deepEqual(
    manifest.layers.map((one: { mediaType: string }) => one.mediaType),
    layers.map(() => 'application/vnd.oci.image.layer.v1.tar+gzip'),
  );
  assert.deepEqual(blobsOf(registry).slice(1).map(plain), layers);
});

test('an index is pushed whole, or one image of it', async (t) => {
  const registry = await fake(t);
  const other = { layers: [gzipped(someLayer('arm'))], architecture: 'arm64' };
  const list = ociFiles([zipped, other]);
  const archive = files(...list);
  const index = Buffer.from(String(new Map(list).get('index.json')));
  assert.equal(await pushed(registry, piped(archive)), digest(index));
  assert.deepEqual(registry.manifests.get('a/b:1')?.bytes, index);
  const [one, two] = JSON.parse(index.toString()).manifests;
  for (const { digest } of [one, two]) assert.ok(registry.manifests.has(`a/b:${digest}`));
  const platform = { os: 'linux', architecture: 'arm64' };
  assert.equal(await pushed(registry, piped(archive), { platform }), two.digest);
  assert.equal(await pushed(registry, await filed(t, archive), { platform }), two.digest);
  await assert.rejects(pushed(registry, piped(archive), { platform: { os: 'linux', architecture: 's390x' } }), {
    problem: 'has no image for linux/s390x, only for linux/amd64, linux/arm64',
  });
});

test('an index of images with plain layers tells what they have become', async (t) => {
  const registry = await fake(t);
  const archive = files(...ociFiles([base, { layers: [someLayer('arm')], architecture: 'arm64' }]));
  const digest = await pushed(registry, piped(archive));
  assert.equal(await pushed(registry, await filed(t, archive)), digest);
  const { manifests } = manifestOf(registry);
  for (const one of manifests) {
    const found = registry.manifests.get(`a/b:${one.digest}`);
    assert.equal(found?.bytes.length, one.size);
    blobsOf(registry, `a/b:${one.digest}`);
  }
});

test('an archive that is both: docker, or OCI where that is asked for', async (t) => {
  const registry = await fake(t);
  const place = await folder(t);
  const layer = join(place, 'layer.tar');
  writeFileSync(layer, someLayer('x'));
  const archive = await image(place, layer, '--compress', 'gzip', '-a', 'a=b');
  await pushed(registry, piped(archive));
  assert.equal(manifestOf(registry).mediaType, 'application/vnd.docker.distribution.manifest.v2+json');
  await pushed(registry, piped(archive), { dialect: 'oci' });
  assert.deepEqual(manifestOf(registry).annotations, { a: 'b' });
});

test('a second push sends no blob, from a file or with digests for names', async (t) => {
  const registry = await fake(t);
  const place = await folder(t);
  writeFileSync(join(place, 'layer.tar'), someLayer('x'));
  const oci = files(...ociFiles([zipped]));
  for (const make of [
    () => filed(t, dockerArchive(base)),
    () => filed(t, dockerArchive(zipped)),
    () => filed(t, oci),
    async () => piped(oci),
  ]) {
    const expected = await pushed(registry, await make());
    registry.seen.length = 0;
    assert.equal(await pushed(registry, await make()), expected);
    assert.deepEqual(
      registry.asked().filter((asked) => !/^(GET|HEAD) /.test(asked)),
      ['PUT /v2/a/b/manifests/1'],
    );
  }
});

test('what another repository has is mounted, where the archive says that it is from there', async (t) => {
  const registry = await fake(t);
  const list = new Map(ociFiles([zipped]));
  const index = JSON.parse(String(list.get('index.json')));
  index.manifests[0].annotations = { 'io.containerd.image.name': `${registry.host}/from/here:1` };
  const archive = files(['index.json', JSON.stringify(index)], ...[...list].filter(([name]) => name !== 'index.json'));
  const config = configOf(zipped);
  for (const bytes of [...zipped.layers, Buffer.from(config)]) registry.blobs.set(digest(bytes), bytes);
  // They are not said to be in this repository.
  registry.fault = (request, response) => {
    if (request.method !== 'HEAD') return false;
    response.writeHead(404).end();
    return true;
  };
  await pushed(registry, piped(archive));
  const posts = registry.seen.filter(({ method }) => method === 'POST').map(({ path }) => path);
  assert.equal(posts.length, 3);
  for (const path of posts) assert.match(path, /mount=sha256%3A[0-9a-f]{64}&from=from%2Fhere$/);
  assert.ok(!registry.asked().some((asked) => asked.startsWith('PUT /v2/a/b/blobs')));
});

test('where the other repository may not be seen, blobs are sent', async (t) => {
  const registry = await fake(t);
  const list = new Map(ociFiles([zipped]));
  const index = JSON.parse(String(list.get('index.json')));
  index.manifests[0].annotations = { 'io.containerd.image.name': `${registry.host}/from/here:1` };
  list.set('index.json', JSON.stringify(index));
  registry.fault = (request, response) => {
    if (!request.url?.includes('mount=')) return false;
    response.writeHead(403).end();
    return true;
  };
  await pushed(registry, await filed(t, files(...list)));
  assert.deepEqual(blobsOf(registry).slice(1), zipped.layers);
});

test('a digest in the reference must be the one that comes out', async (t) => {
  const registry = await fake(t);
  const archive = dockerArchive(zipped);
  const right = await pushed(registry, piped(archive));
  assert.equal(await pushed(registry, piped(archive), { reference: `${registry.host}/a/c@${right}` }), right);
  assert.ok(registry.manifests.has(`a/c:${right}`));
  const wrong = `sha256:${'0'.repeat(64)}`;
  await assert.rejects(pushed(registry, piped(archive), { reference: `${registry.host}/a/d@${wrong}` }), {
    problem: `has the digest ${right}, and is to be pushed as ${wrong}`,
  });
});

/** Archives that are wrong, and what is said of them. */
function wrong(): [what: string, archive: Buffer, message: RegExp][] {
  const [one, two] = layers as [Buffer, Buffer];
  const altered = Buffer.from(one);
  altered.writeUInt8(1 ^ altered.readUInt8(600), 600);
  const oci = ociFiles([zipped]);
  const named = (change: (name: string, content: Buffer | string) => Buffer | string | undefined) =>
    files(
      ...oci.flatMap(([name, content]) => {
        const now = change(name, content);
        return now === undefined ? [] : [[name, now] as const];
      }),
    );
  const first = `blobs/sha256/${sha256(zipped.layers[0]!)}`;
  const cut = zipped.layers[0]!.subarray(0, -20);
  return [
    [
      'a layer that is not what the config says',
      dockerArchive(base, { config: configOf({ layers: [two, one] }) }),
      /the diff_id of layer 1 should be/,
    ],
    [
      'a layer too few',
      dockerArchive(base, { config: configOf({ layers: [one] }) }),
      /has 2 layers, and its config lists 1 diff_ids/,
    ],
    [
      'a layer that is missing',
      dockerArchive(base, { layers: ['0/layer.tar', 'x/layer.tar'] }),
      /names x\/layer.tar, which is missing/,
    ],
    [
      'a blob that is not what its name says',
      named((name, content) => (name === first ? gzipped(altered) : content)),
      /should be sha256:[0-9a-f]{64} and is sha256/,
    ],
    [
      'a blob that is missing',
      named((name, content) => (name === first ? undefined : content)),
      /names blobs\/sha256\/[0-9a-f]{64}, which is missing/,
    ],
    [
      'a layer whose gzip stream is cut off',
      dockerArchive({ layers: [cut] }, { config: configOf({ layers: [one] }) }),
      /its gzip stream is cut off/,
    ],
    ['an archive that is cut off', dockerArchive(base).subarray(0, 3000), /is cut off/],
    [
      'two images',
      dockerArchive(base, {
        manifest: [
          { Config: 'a', RepoTags: ['x:1'] },
          { Config: 'b', RepoTags: ['y:1'] },
        ],
      }),
      /holds several images: x:1, y:1/,
    ],
    ['a layer', layers[0]!, /is not an image/],
    ['nothing', Buffer.alloc(0), /is empty/],
    ['no JSON', files(['manifest.json', '[1,'], ['a/layer.tar', one]), /manifest.json is not JSON/],
    [
      'a link that leads nowhere',
      dockerArchive(base, { layers: ['0/layer.tar', 'loop'] }),
      /names loop, which is missing/,
    ],
  ];
}

for (const [what, archive, message] of wrong()) {
  test(`nothing is put for ${what}`, async (t) => {
    const registry = await fake(t);
    await assert.rejects(
      pushed(registry, piped(archive)),
      (error: Error) => message.test(error.message) || assert.fail(error.message),
    );
    await assert.rejects(
      async () => pushed(registry, await filed(t, archive)),
      (error: Error) => message.test(error.message) || assert.fail(error.message),
    );
    assert.equal(registry.manifests.size, 0);
  });
}

test('what is in a layer does not matter: files of odd names, and whole images, are only its content', async (t) => {
  const registry = await fake(t);
  const layer = tar({
    dialect: 'gnu',
    items: [
      item('file', '[slug].json', { content: '{}' }),
      item('file', 'index.json', { content: '{"manifests":[]}' }),
    ],
  });
  await pushed(registry, piped(dockerArchive({ layers: [layer] })));
  assert.deepEqual(plain(blobsOf(registry)[1]!), layer);
});

test('bytes that do not compress, in pieces of every size', async (t) => {
  const registry = await fake(t);
  const layer = tar({
    dialect: 'gnu',
    items: [item('file', 'noise', { content: noise(6_000_000, 3).toString('latin1') })],
  });
  const archive = dockerArchive({ layers: [layer] });
  const expected = await pushed(registry, await filed(t, archive));
  assert.equal(await pushed(registry, piped(archive, 65_536)), expected);
  assert.equal(await pushed(registry, piped(archive, 1_000_003)), expected);
  assert.deepEqual(plain(blobsOf(registry)[1]!), layer);
});
