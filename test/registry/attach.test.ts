import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { shell, tried } from '../command.ts';
import { dockerArchive, files, ociFiles, someLayer } from '../image/archive.ts';
import { folder } from '../peers/tools.ts';
import { digest, type Fake, fake } from './fake.ts';

const index = 'application/vnd.oci.image.index.v1+json';
const spdx = '{"SPDXID":"SPDXRef-DOCUMENT","name":"{","spdxVersion":"SPDX-2.3"}';
const cyclonedx = '{\n "bomFormat": "CycloneDX", "specVersion": "1.6" }\n';

async function given(t: TestContext) {
  const cwd = await folder(t);
  const registry = await fake(t);
  mkdirSync(join(cwd, 'below'));
  const base = { layers: [someLayer('etc/one')] };
  writeFileSync(join(cwd, 'image.tar'), dockerArchive(base));
  writeFileSync(join(cwd, 'oci.tar'), files(...ociFiles([base, { ...base, architecture: 'arm64' }])));
  for (const [name, content] of Object.entries({ spdx, cyclonedx, 'below/other': spdx, empty: '', text: 'hello\n' })) {
    writeFileSync(join(cwd, name), content);
  }
  const ref = `${registry.host}/a/b`;
  return { cwd, registry, ref, run: (words: string) => shell(`layertool push ${words}`, { cwd }) };
}

type Manifest = {
  artifactType: string;
  subject: { mediaType: string; digest: string; size: number };
  config: { digest: string };
  layers: { mediaType: string; digest: string; size: number }[];
  manifests: { digest: string; artifactType?: string; size: number; mediaType: string }[];
};
function manifestOf(registry: Fake, name: string): Manifest {
  const found = registry.manifests.get(name);
  assert.ok(found, `${name} is there`);
  return JSON.parse(found.bytes.toString());
}

const tagOf = (name: string) => name.replace('sha256:', 'sha256-');

/** The digests that are printed, of the image first. */
function lines(stdout: Buffer, ref: string): string[] {
  const all = stdout.toString().trimEnd().split('\n');
  for (const line of all) assert.ok(line.startsWith(`${ref}@sha256:`), line);
  return all.map((line) => line.slice(ref.length + 1));
}

test('attach: a file beside the image, by what its content says it is', async (t) => {
  const { registry, ref, run } = await given(t);
  registry.notesSubjects = true;
  const { stdout, stderr } = await run(
    `image.tar ${ref}:1 --attach spdx --attach <(cat cyclonedx) --attach text/plain=text`,
  );
  assert.equal(stderr, '');
  const [image = '', ...attached] = lines(stdout, ref);
  assert.deepEqual(
    attached.map((name) => {
      const { artifactType, layers, subject } = manifestOf(registry, `a/b:${name}`);
      const pushed = registry.manifests.get(`a/b:${image}`);
      assert.deepEqual(subject, { mediaType: pushed?.type, digest: image, size: pushed?.bytes.length });
      assert.deepEqual([layers.length, layers[0]?.mediaType], [1, artifactType]);
      return [artifactType, registry.blobs.get(layers[0]?.digest ?? '')?.toString()];
    }),
    [
      ['application/spdx+json', spdx],
      ['application/vnd.cyclonedx+json', cyclonedx],
      ['text/plain', 'hello\n'],
    ],
  );
  assert.ok(!registry.manifests.has(`a/b:${tagOf(image)}`), 'the registry keeps the list');
  // Neither where a file stands nor how it comes changes its digest.
  for (const other of ['below/other', '<(cat spdx)', '- < spdx', 'application/spdx+json=spdx']) {
    assert.equal(lines((await run(`image.tar ${ref}:1 --attach ${other}`)).stdout, ref)[1], attached[0], other);
  }
});

test('attach: beside an index', async (t) => {
  const { registry, ref, run } = await given(t);
  const { stdout } = await run(`oci.tar ${ref}:1 --attach spdx`);
  const [image = '', attached = ''] = lines(stdout, ref);
  assert.equal(registry.manifests.get(`a/b:${image}`)?.type, index);
  assert.equal(manifestOf(registry, `a/b:${attached}`).subject.mediaType, index);
});

test('attach: where the registry keeps no list, a tag does', async (t) => {
  const { registry, ref, run } = await given(t);
  const first = lines((await run(`image.tar ${ref}:1 --attach spdx`)).stdout, ref);
  const tag = `a/b:${tagOf(first[0]!)}`;
  const entry = (name: string, artifactType: string) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: name,
    size: registry.manifests.get(`a/b:${name}`)?.bytes.length,
    artifactType,
  });
  assert.deepEqual(manifestOf(registry, tag).manifests, [entry(first[1]!, 'application/spdx+json')]);
  assert.equal(registry.manifests.get(tag)?.type, index);
  // Somebody else's entry, with fields that are not known here.
  const foreign = {
    mediaType: 'x/y',
    digest: `sha256:${'0'.repeat(64)}`,
    size: 7,
    annotations: { a: 'b' },
    other: [1, 2],
  };
  const list = { ...manifestOf(registry, tag), annotations: { own: 'yes' } };
  const kept = { ...list, manifests: [foreign, ...list.manifests] };
  registry.manifests.set(tag, { type: index, bytes: Buffer.from(JSON.stringify(kept)) });
  const second = lines(
    (await run(`image.tar ${ref}:1 --attach cyclonedx --attach spdx --attach below/other`)).stdout,
    ref,
  );
  assert.equal(second.length, 4);
  assert.equal(second[2], first[1]);
  const now = manifestOf(registry, tag);
  assert.deepEqual(now, {
    ...kept,
    manifests: [...kept.manifests, entry(second[1]!, 'application/vnd.cyclonedx+json')],
  });
  // The same again changes nothing, and is not even put.
  const puts = () => registry.seen.filter(({ method, path }) => method === 'PUT' && path.includes('sha256-')).length;
  const before = puts();
  await run(`image.tar ${ref}:1 --attach spdx --attach cyclonedx`);
  assert.equal(puts(), before);
  assert.deepEqual(manifestOf(registry, tag), now);
});

test('attach: a tag that is no index stays as it is, and the image is there', async (t) => {
  const { registry, ref, run } = await given(t);
  const [image = ''] = lines((await run(`image.tar ${ref}:1`)).stdout, ref);
  const tag = `a/b:${tagOf(image)}`;
  const manifest = registry.manifests.get(`a/b:${image}`)!;
  const others = [
    manifest,
    { type: index, bytes: Buffer.from('{"schemaVersion":2}') },
    { type: index, bytes: Buffer.from('[]') },
    { type: 'text/plain', bytes: Buffer.from('hello') },
  ];
  for (const other of others) {
    registry.manifests.set(tag, other);
    const { status, stdout, stderr } = await run(`image.tar ${ref}:1 --attach spdx`);
    assert.deepEqual([status, stdout.length], [1, 0]);
    assert.match(stderr, /^layertool push: .*; the image itself is there: .*@sha256:/);
    assert.ok(stderr.includes(image), stderr);
    assert.equal(registry.manifests.get(tag), other);
  }
});

test('attach: what the registry refuses is an error that says that the image is there', async (t) => {
  const { registry, ref, run } = await given(t);
  const [image = ''] = lines((await run(`image.tar ${ref}:1`)).stdout, ref);
  registry.fault = (_request, response, { method, path }) => {
    if (method !== 'PUT' || !path.includes('/manifests/sha256')) return false;
    response.writeHead(403).end();
    return true;
  };
  const { status, stdout, stderr } = await run(`image.tar ${ref}:1 --attach spdx`);
  assert.deepEqual([status, stdout.length], [1, 0]);
  assert.match(stderr, /answered with 403; the image itself is there/);
  assert.ok(stderr.includes(image));
});

test('attach: a file that cannot be is an error, before anything is sent', async (t) => {
  const { registry, ref, run, cwd } = await given(t);
  writeFileSync(join(cwd, 'cut'), spdx.slice(0, -1));
  writeFileSync(join(cwd, 'more'), `${spdx}{}`);
  writeFileSync(join(cwd, 'inside'), `{"a":${spdx},"b":"\\"spdxVersion\\":\\"SPDX-2.3\\""}`);
  const wrong: [words: string, status: number, about: RegExp][] = [
    ['text', 1, /text: is neither SPDX nor CycloneDX as JSON\nhint: --attach TYPE=text says/],
    ['cut', 1, /is neither/],
    ['more', 1, /is neither/],
    ['inside', 1, /is neither/],
    ['empty', 1, /empty: is empty/],
    ['application/x=empty', 1, /empty: is empty/],
    ['application/=spdx', 2, /is not a media type/],
    ['application/spdx+json=', 2, /needs a file/],
    ['nothing', 1, /nothing: no such file/],
    ['below', 1, /below: is a directory/],
  ];
  for (const [words, status, about] of wrong) {
    const done = await run(`image.tar ${ref}:1 --attach ${words}`);
    assert.deepEqual([done.status, done.stdout.length], [status, 0], `${words}: ${done.stderr}`);
    assert.match(done.stderr, about);
  }
  assert.deepEqual(registry.seen, []);
  // A pipe is read while the image goes up.
  const piped = await run(`image.tar ${ref}:1 --attach <(false)`);
  assert.equal(piped.status, 1);
  assert.match(piped.stderr, /is empty; the image itself is there/);
});

test('attach: a bill of materials of the very image that is pushed', async (t) => {
  const { registry, ref, cwd } = await given(t);
  registry.notesSubjects = true;
  const line = `mkfifo bill; <image.tar tee >(layertool inspect --sbom spdx - >bill) | layertool push - ${ref}:1 --attach bill`;
  const { stdout, stderr } = await shell(line, { cwd });
  assert.equal(stderr, '');
  const [, attached = ''] = lines(stdout, ref);
  const direct = await tried(['inspect', '--sbom', 'spdx', join(cwd, 'image.tar')]);
  assert.equal(manifestOf(registry, `a/b:${attached}`).layers[0]?.digest, digest(direct.stdout));
});
