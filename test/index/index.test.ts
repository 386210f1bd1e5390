import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { shell, tried } from '../command.ts';
import { read, sha256 } from '../entries.ts';
import { type Base, descriptor, dockerArchive, gzipped, ociFiles, files as tarOf } from '../image/archive.ts';
import { folder } from '../peers/tools.ts';
import { fake } from '../registry/fake.ts';
import { filed, pushed } from '../registry/pushing.ts';
import { layerOf } from '../transforms/stacking.ts';

const [one, two] = [gzipped(layerOf('a=1')), gzipped(layerOf('b=2'))];
const amd: Base = { layers: [one], config: { Cmd: ['amd'] } };
const arm: Base = { layers: [one, two], architecture: 'arm64', config: { Cmd: ['arm'] } };
const v7: Base = { layers: [two], architecture: 'arm', variant: 'v7' };

/** Files of an OCI archive of one image and what BuildKit attests of it, in an index of its own. */
function attested(base: Base): [string, Buffer | string][] {
  const files = ociFiles([base]).filter(([name]) => name !== 'index.json');
  const manifest = files.find(([, content]) => String(content).includes('"schemaVersion"'))![1];
  const statement = JSON.stringify({ _type: 'https://in-toto.io/Statement/v0.1' });
  const config = JSON.stringify({
    architecture: 'unknown',
    os: 'unknown',
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(Buffer.from(statement))}`] },
  });
  const types = 'application/vnd.oci.image';
  const attestation = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${types}.manifest.v1+json`,
    config: descriptor(config, `${types}.config.v1+json`),
    layers: [descriptor(statement, 'application/vnd.in-toto+json')],
  });
  const about = descriptor(manifest, '').digest;
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${types}.index.v1+json`,
    manifests: [
      descriptor(manifest, `${types}.manifest.v1+json`, { platform: { architecture: base.architecture, os: 'linux' } }),
      descriptor(attestation, `${types}.manifest.v1+json`, {
        annotations: { 'vnd.docker.reference.digest': about, 'vnd.docker.reference.type': 'attestation-manifest' },
        platform: { architecture: 'unknown', os: 'unknown' },
      }),
    ],
  });
  const blob = (content: string): [string, string] => [`blobs/sha256/${sha256(Buffer.from(content))}`, content];
  const top = JSON.stringify({ schemaVersion: 2, manifests: [descriptor(index, `${types}.index.v1+json`)] });
  return [...files, blob(statement), blob(config), blob(attestation), blob(index), ['index.json', top]];
}

async function given(t: TestContext) {
  const cwd = await folder(t);
  const put = (name: string, content: Buffer): void => writeFileSync(join(cwd, name), content);
  put('amd.tar', dockerArchive(amd));
  put('plain.tar', dockerArchive({ ...amd, layers: [layerOf('a=1')] }));
  put('amd.oci', tarOf(...ociFiles([amd])));
  put('arm.tar', gzipSync(tarOf(...ociFiles([arm]))));
  put('v7.tar', tarOf(...ociFiles([v7])));
  put('attested.tar', tarOf(...attested(arm)));
  for (const [name, content] of ociFiles([amd, arm])) {
    mkdirSync(dirname(join(cwd, 'layout', name)), { recursive: true });
    writeFileSync(join(cwd, 'layout', name), content);
  }
  const made = async (line: string) => {
    const { status, stdout, stderr } = await shell(`layertool index ${line}`, { cwd });
    assert.deepEqual([status, stderr], [0, ''], line);
    return stdout;
  };
  return { cwd, made };
}

type Listed = {
  digest: string;
  platform: { os: string; architecture: string; variant?: string };
  annotations?: object;
};

async function opened(archive: Buffer) {
  const list = await read(archive);
  const files = new Map(list.map(({ header, content }) => [header.name, content]));
  assert.equal(files.size, list.length, 'each blob once');
  for (const [name, content] of files) {
    if (name.startsWith('blobs/')) assert.equal(name, `blobs/sha256/${sha256(content)}`);
  }
  const top = JSON.parse(String(files.get('index.json')));
  const index = JSON.parse(String(files.get(`blobs/${top.manifests[0].digest.replace(':', '/')}`)));
  return { files, top, index, listed: index.manifests as Listed[] };
}

const platforms = (listed: Listed[]) =>
  listed.map(({ platform: { os, architecture, variant } }) =>
    [os, architecture, variant].filter((part) => part).join('/'),
  );

test('images become one, their manifests and blobs as they were', async (t) => {
  const { made } = await given(t);
  const { files, listed, index, top } = await opened(await made('amd.oci arm.tar v7.tar -t app:2 -a x=y'));
  assert.deepEqual(platforms(listed), ['linux/amd64', 'linux/arm64', 'linux/arm/v7']);
  for (const [name, content] of ociFiles([amd, arm, v7])) {
    if (name.startsWith('blobs/')) assert.deepEqual(files.get(name), Buffer.from(content), name);
  }
  assert.deepEqual(index.annotations, { x: 'y' });
  assert.equal(top.manifests[0].annotations['io.containerd.image.name'], 'docker.io/library/app:2');
});

test('whatever the images are in: the same bytes', async (t) => {
  const { made } = await given(t);
  const wanted = sha256(await made('amd.oci arm.tar v7.tar'));
  for (const line of [
    '<(cat amd.oci) <(cat arm.tar) <(gzip < v7.tar)',
    'layout v7.tar',
    '<(layertool index amd.oci arm.tar) - < v7.tar',
    '- v7.tar < <(layertool index layout)',
  ]) {
    const { listed } = await opened(await made(line));
    assert.equal(sha256(await made(line)), wanted, `${line}: ${JSON.stringify(listed)}`);
  }
});

test('a docker archive gets the manifest that push would put', async (t) => {
  const { cwd, made } = await given(t);
  const registry = await fake(t);
  for (const name of ['amd.tar', 'plain.tar']) {
    const { listed } = await opened(await made(`${name} arm.tar`));
    const { readFileSync } = await import('node:fs');
    const digest = await pushed(registry, await filed(t, readFileSync(join(cwd, name))));
    assert.equal(listed[0]!.digest, digest, name);
  }
});

test('attestations go along, and everything comes back from a registry', async (t) => {
  const { cwd, made } = await given(t);
  const archive = await made('amd.tar attested.tar');
  const { files, listed } = await opened(archive);
  assert.deepEqual(platforms(listed), ['linux/amd64', 'linux/arm64', 'unknown/unknown']);
  for (const [name, content] of attested(arm)) {
    const isInner = String(content).includes('image.index.v1+json');
    if (name.startsWith('blobs/') && !isInner) assert.deepEqual(files.get(name), Buffer.from(content), name);
  }
  writeFileSync(join(cwd, 'all.tar'), archive);
  const registry = await fake(t);
  const ref = `${registry.host}/app:1`;
  const push = await tried(['push', 'all.tar', ref], { cwd });
  assert.deepEqual([push.stderr, push.status], ['', 0]);
  const pull = await tried(['pull', '--all-platforms', ref], { cwd });
  const back = await opened(pull.stdout);
  assert.deepEqual(back.listed, listed);
  for (const [name, content] of files)
    if (name.startsWith('blobs/')) assert.deepEqual(back.files.get(name), content, name);
});

test('the other commands pick an image out of it', async (t) => {
  const { cwd, made } = await given(t);
  writeFileSync(join(cwd, 'all.tar'), await made('amd.oci arm.tar'));
  const text = async (line: string): Promise<string> => {
    const { stdout, stderr } = await shell(line, { cwd });
    assert.equal(stderr, '', line);
    return stdout.toString();
  };
  assert.match(await text('layertool inspect all.tar'), /platform +linux\/amd64 \(--platform picks: linux\/arm64\)/);
  assert.match(await text('layertool inspect --platform linux/arm64 <(cat all.tar)'), /cmd +\["arm"\]/);
  const listed = async (line: string) =>
    (await read((await shell(line, { cwd })).stdout)).map(({ header }) => header.name);
  assert.deepEqual(await listed('layertool export all.tar'), ['a']);
  assert.deepEqual(await listed('layertool export --platform linux/arm64 all.tar'), ['a', 'b']);
  assert.equal(await text('layertool diff --platform linux/arm64 all.tar arm.tar'), '');
  assert.match(
    await text('layertool image --base all.tar --platform linux/arm64 | layertool inspect -'),
    /linux\/arm64/,
  );
});

test('what is wrong is told', async (t) => {
  const { cwd } = await given(t);
  writeFileSync(join(cwd, 'layer.tar'), layerOf('a=1'));
  writeFileSync(
    join(cwd, 'nowhere.tar'),
    dockerArchive(amd, { config: JSON.stringify({ rootfs: { diff_ids: [`sha256:${sha256(layerOf('a=1'))}`] } }) }),
  );
  const broken = ociFiles([arm]).map(([name, content]): [string, Buffer | string] => [
    name,
    content === two ? Buffer.alloc(two.length) : content,
  ]);
  writeFileSync(join(cwd, 'broken.tar'), tarOf(...broken));
  const cases: [string, number, RegExp][] = [
    ['', 2, /it needs at least one image/],
    ['amd.tar amd.oci', 1, /^layertool index: amd\.oci: is for linux\/amd64, and so is amd\.tar\nhint: /],
    ['arm.tar layout', 1, /^layertool index: layout: is for linux\/arm64, and so is arm\.tar\nhint: /],
    ['layer.tar', 1, /layer\.tar: is not an image/],
    ['nowhere.tar', 1, /nowhere\.tar: does not say what platform it is for/],
    ['broken.tar', 1, /broken\.tar: .*(damaged|should be)/],
    ['amd.tar <(head -c 700 v7.tar)', 1, /cut off/],
    ['amd.tar <(false)', 1, /is empty\nhint: did the command/],
    ['-t Upper amd.tar', 2, /"Upper" is not a tag/],
    ['-a x amd.tar', 2, /--annotation takes KEY=VALUE/],
  ];
  for (const [line, status, words] of cases) {
    const outcome = await shell(`layertool index ${line} -o out`, { cwd });
    assert.match(outcome.stderr, words, line);
    assert.equal(outcome.status, status, line);
  }
});
