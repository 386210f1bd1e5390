import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Base, configOf, dockerArchive, files, full, gzipped, ociFiles, plain } from './archive.ts';
import { given, one, three, two } from './given.ts';

test('bases of every form give the same layers', async (t) => {
  const base: Base = { layers: [one, gzipped(two)], config: full };
  const linked = configOf({ layers: [one, one] });
  const oci = ociFiles([base]);
  const manifestLast = [...oci].reverse();
  const { make, path } = await given(t, {
    'docker.tar': dockerArchive(base),
    'docker.tar.gz': gzipSync(dockerArchive(base)),
    'oci.tar': files(...oci),
    'reversed.tar': files(...manifestLast),
    'dotted.tar': files(...oci.map(([name, content]) => [`./${name}`, content] as const)),
    'linked.tar': files(
      ['a/layer.tar', one],
      ['b/layer.tar', { link: '../a/layer.tar' }],
      ['c.json', linked],
      ['manifest.json', JSON.stringify([{ Config: 'c.json', RepoTags: null, Layers: ['a/layer.tar', 'b/layer.tar'] }])],
    ),
  });
  for (const [name, content] of oci) {
    mkdirSync(dirname(path(`layout/${name}`)), { recursive: true });
    writeFileSync(path(`layout/${name}`), content);
  }
  for (const name of ['docker.tar', 'docker.tar.gz', 'oci.tar', 'reversed.tar', 'dotted.tar']) {
    const made = await make('--base', name, 'one.tar');
    assert.deepEqual(made.layers.map(plain), [one, two, one], name);
    assert.deepEqual(made.config.config, full);
  }
  const layout = await make('--base', path('layout'), '--compress', 'none');
  assert.deepEqual(layout.layers, [one, two]);
  assert.equal(layout.manifest.annotations?.['org.example.base'], 'yes');
  assert.match(layout.manifest.annotations?.['org.opencontainers.image.base.digest'] ?? '', /^sha256:/);
  assert.deepEqual((await make('--base', 'linked.tar')).layers, [one, one]);
});

test('--platform picks from a base for several, and names that of scratch', async (t) => {
  const index = files(
    ...ociFiles([
      { layers: [one] },
      { layers: [two], architecture: 'arm64', variant: 'v8' },
      { layers: [three], architecture: 'arm', variant: 'v7' },
    ]),
  );
  const { make } = await given(t, {
    'index.tar': index,
    'arm.tar': dockerArchive({ layers: [one], architecture: 'arm64' }),
  });
  assert.deepEqual((await make('--base', 'index.tar')).layers, [one], 'linux/amd64 where nothing is said');
  for (const word of ['linux/arm64', 'linux/arm64/v8', 'linux/aarch64'])
    assert.deepEqual((await make('--base', 'index.tar', '--platform', word)).layers, [two], word);
  const arm = await make('--base', 'index.tar', '--platform', 'linux/arm/v7', 'one.tar');
  assert.deepEqual([arm.layers, arm.config.variant], [[three, one], 'v7']);
  await assert.rejects(
    make('--base', 'index.tar', '--platform', 'linux/s390x'),
    /no image for linux\/s390x, only for linux\/amd64, linux\/arm64\/v8, linux\/arm\/v7/,
  );
  await assert.rejects(
    make('--base', 'arm.tar', '--platform', 'linux/amd64'),
    /no image for linux\/amd64, only for linux\/arm64/,
  );
  await assert.rejects(make('--base', 'arm.tar', '--platform', 'windows/arm64'), /no image for windows\/arm64/);
  const scratch = await make('--platform', 'linux/arm/v6');
  assert.deepEqual([scratch.config.os, scratch.config.architecture, scratch.config.variant], ['linux', 'arm', 'v6']);
});
