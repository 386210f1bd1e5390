import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { shell } from '../command.ts';
import { sha256 } from '../entries.ts';
import { dockerArchive, files, full, gzipped, ociFiles, opened } from './archive.ts';
import { given, one, two } from './given.ts';

test('an image from scratch', async (t) => {
  const { make } = await given(t);
  const made = await make('one.tar', 'two.tar', '-t', 'app', '-t', 'registry.example:5000/y:1');
  assert.deepEqual(made.layers, [one, two]);
  assert.deepEqual(
    [made.config.os, made.config.architecture, made.config.created],
    ['linux', 'amd64', '1970-01-01T00:00:00Z'],
  );
  assert.deepEqual(made.config.history, [
    { created: '1970-01-01T00:00:00Z', created_by: 'layertool image' },
    { created: '1970-01-01T00:00:00Z', created_by: 'layertool image' },
  ]);
  assert.deepEqual(made.docker?.[0]?.RepoTags, ['app:latest', 'registry.example:5000/y:1']);
  const told = made.index.manifests.map((one) => one.annotations?.['io.containerd.image.name']);
  assert.deepEqual(told, ['docker.io/library/app:latest', 'registry.example:5000/y:1']);
});

test('no layers, no base; the same layer twice; --format oci', async (t) => {
  const { make } = await given(t);
  assert.deepEqual((await make()).layers, []);
  const twice = await make('one.tar', 'one.tar');
  assert.deepEqual(twice.layers, [one, one]);
  assert.equal(twice.names.filter((name) => name.endsWith(sha256(one))).length, 1, 'stored once');
  const oci = await make('one.tar', '--format', 'oci');
  assert.equal(oci.docker, undefined);
  assert.ok(!oci.names.includes('manifest.json'));
});

test('--compress: one archive, one compression', async (t) => {
  const { make } = await given(t, {
    'plain.tar': dockerArchive({ layers: [one] }),
    'gzip.tar': files(...ociFiles([{ layers: [gzipped(one)] }])),
    'two.gz': gzipped(two),
  });
  const stored = async (...words: string[]) =>
    (await make(...words)).layers.map((layer) => (layer[0] === 0x1f ? 'gzip' : 'none'));
  assert.deepEqual(await stored('--base', 'plain.tar', 'two.gz'), ['none', 'none'], 'as the base');
  assert.deepEqual(await stored('--base', 'gzip.tar', 'two.tar'), ['gzip', 'gzip']);
  assert.deepEqual(await stored('two.gz', 'one.tar'), ['gzip', 'gzip'], 'as the first layer');
  assert.deepEqual(await stored('one.tar', 'two.gz'), ['none', 'none']);
  assert.deepEqual(await stored('one.tar', 'two.gz', '--compress', 'gzip'), ['gzip', 'gzip']);
  assert.deepEqual(await stored('--base', 'gzip.tar', 'two.gz', '--compress', 'none'), ['none', 'none']);
  const kept = await make('--base', 'gzip.tar', 'two.gz', '--compress', 'gzip');
  assert.deepEqual(kept.layers, [gzipped(one), gzipped(two)], 'what is stored so already is carried byte for byte');
});

test('files and pipes give the same archive, and what image writes it reads', async (t) => {
  const { place } = await given(t, {
    'base.tar': dockerArchive({ layers: [one], config: full }),
    'two.gz': gzipped(two),
  });
  const line = (base: string, ...layers: string[]) =>
    `layertool image --base ${base} ${layers.join(' ')} --compress gzip -t x`;
  const plainly = await shell(line('base.tar', 'one.tar', 'two.gz'), { cwd: place });
  assert.equal(plainly.stderr, '');
  const piped = await shell(`cat two.gz | ${line('<(gzip -c base.tar)', '<(cat one.tar)', '-')}`, { cwd: place });
  assert.deepEqual([piped.status, sha256(piped.stdout)], [0, sha256(plainly.stdout)]);
  writeFileSync(join(place, 'made.tar'), plainly.stdout);
  const again = await opened((await shell('layertool image --base <(cat made.tar) -t x', { cwd: place })).stdout);
  const first = await opened(plainly.stdout);
  assert.deepEqual([again.configText, again.layers], [first.configText, first.layers]);
});
