import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { run } from '../../lib/commands/command.ts';
import { command } from '../../lib/commands/image.ts';
import { type Held, read, sha256 } from '../entries.ts';
import { item, tar } from '../peers/layer.ts';

export type Config = {
  os: string;
  architecture: string;
  variant?: string;
  created?: string;
  author?: string;
  config?: Record<string, unknown>;
  rootfs: { type: string; diff_ids: string[] };
  history?: Record<string, unknown>[];
  'x-unknown'?: unknown;
};
type Descriptor = {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
  platform?: unknown;
};
export type Opened = {
  names: string[];
  index: { manifests: Descriptor[] };
  manifest: { config: Descriptor; layers: Descriptor[]; annotations?: Record<string, string> };
  docker: { Config: string; RepoTags: string[] | null; Layers: string[] }[] | undefined;
  config: Config;
  configText: string;
  /** As they are stored. */
  layers: Buffer[];
};

export const plain = (bytes: Buffer) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes);

function json<T>(files: ReadonlyMap<string, Buffer>, name: string): T {
  const bytes = files.get(name);
  assert.ok(bytes, `${name} is there`);
  return JSON.parse(bytes.toString());
}

/** Takes an archive apart, and holds every digest, size and diff_id in it against the bytes. */
export async function opened(bytes: Buffer): Promise<Opened> {
  const found: Held[] = await read(bytes);
  const files = new Map(found.map(({ header, content }) => [header.name, content]));
  assert.equal(files.size, found.length, 'no name comes twice');
  const blob = ({ digest, size }: Descriptor): Buffer => {
    const content = files.get(`blobs/${digest.replace(':', '/')}`);
    assert.ok(content, `${digest} is there`);
    assert.deepEqual([`sha256:${sha256(content)}`, content.length], [digest, size]);
    return content;
  };
  assert.deepEqual(json(files, 'oci-layout'), { imageLayoutVersion: '1.0.0' });
  const index = json<Opened['index']>(files, 'index.json');
  const manifest: Opened['manifest'] = JSON.parse(blob(index.manifests[0]!).toString());
  const configText = blob(manifest.config).toString();
  const config: Config = JSON.parse(configText);
  const layers = manifest.layers.map(blob);
  assert.deepEqual(
    config.rootfs.diff_ids,
    layers.map((layer) => `sha256:${sha256(plain(layer))}`),
    'diff_ids',
  );
  for (const { mediaType } of manifest.layers) assert.match(mediaType, layers[0]![0] === 0x1f ? /[+.]gzip$/ : /tar$/);
  const docker = files.has('manifest.json') ? json<NonNullable<Opened['docker']>>(files, 'manifest.json') : undefined;
  if (docker) {
    assert.equal(files.get(docker[0]!.Config)?.toString(), configText);
    assert.deepEqual(
      docker[0]!.Layers.map((name) => files.get(name)),
      layers,
    );
  }
  const made = (config.history ?? []).filter((entry) => entry['empty_layer'] !== true);
  assert.equal(made.length, layers.length, 'an entry of history for each layer');
  return { names: [...files.keys()], index, manifest, docker, config, configText, layers };
}

/** Runs `layertool image`, and gives the archive. */
export async function image(folder: string, ...words: string[]): Promise<Buffer> {
  const out = join(folder, 'image.out');
  await run(command, [...words, '-q', '-o', out]);
  return readFileSync(out);
}

/** A plain archive of files, as the other tools make them. */
export function files(...list: (readonly [name: string, content: Buffer | string | { link: string }])[]): Buffer {
  const items = list.map(([name, content]) => {
    if (Buffer.isBuffer(content)) return item('file', name, { content: content.toString('latin1') });
    return typeof content === 'string'
      ? item('file', name, { content: Buffer.from(content).toString('latin1') })
      : item('symlink', name, { target: content.link });
  });
  return tar({ dialect: 'gnu', items });
}

export const someLayer = (name: string) =>
  tar({ dialect: 'ustar', items: [item('file', name, { content: name.repeat(500) })] });

export type Base = {
  layers: Buffer[];
  config?: Record<string, unknown>;
  history?: unknown[];
  variant?: string;
  architecture?: string;
};

export function configOf({ layers, config = {}, history, variant, architecture = 'amd64' }: Base): string {
  const rootfs = { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(plain(layer))}`) };
  const told = history ?? layers.map((_, at) => ({ created: '2020-01-01T00:00:00Z', created_by: `step ${at}` }));
  return JSON.stringify(
    {
      architecture,
      os: 'linux',
      ...(variant && { variant }),
      config,
      rootfs,
      history: told,
      'x-unknown': { kept: [1, '2'] },
    },
    undefined,
    1,
  );
}

/** What `docker save` wrote before version 25. */
export function dockerArchive(
  base: Base,
  change: { config?: string; layers?: string[]; manifest?: unknown } = {},
): Buffer {
  const config = change.config ?? configOf(base);
  const name = `${sha256(Buffer.from(config))}.json`;
  const layers = change.layers ?? base.layers.map((_, at) => `${at}/layer.tar`);
  const manifest = change.manifest ?? [{ Config: name, RepoTags: ['base:1'], Layers: layers }];
  return files(
    ...base.layers.map((layer, at) => [`${at}/layer.tar`, layer] as const),
    [name, config],
    ['manifest.json', JSON.stringify(manifest)],
  );
}

export const descriptor = (content: Buffer | string, mediaType: string, more: object = {}) => {
  const bytes = Buffer.from(content);
  return { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length, ...more };
};
const blobName = (content: Buffer | string) => `blobs/sha256/${sha256(Buffer.from(content))}`;

const types = 'application/vnd.oci.image';
export const gzipped = (layer: Buffer) => gzipSync(layer);

/** An OCI archive of one image or of several; each is told with its platform. */
export function ociFiles(
  bases: Base[],
  change: { manifest?: object; platform?: boolean } = {},
): [string, Buffer | string][] {
  const list: [string, Buffer | string][] = [['oci-layout', '{"imageLayoutVersion":"1.0.0"}']];
  const manifests = bases.map((base) => {
    const config = configOf(base);
    const layers = base.layers.map((layer) =>
      descriptor(layer, `${types}.layer.v1.tar${layer[0] === 0x1f ? '+gzip' : ''}`),
    );
    const annotations = { 'org.example.base': 'yes' };
    const manifest = JSON.stringify({
      schemaVersion: 2,
      config: descriptor(config, `${types}.config.v1+json`),
      layers,
      annotations,
      ...change.manifest,
    });
    for (const content of [config, manifest, ...base.layers]) list.push([blobName(content), content]);
    const { architecture = 'amd64', variant } = base;
    const platform = { os: 'linux', architecture, ...(variant && { variant }) };
    return descriptor(manifest, `${types}.manifest.v1+json`, change.platform === false ? {} : { platform });
  });
  list.push(['index.json', JSON.stringify({ schemaVersion: 2, manifests })]);
  return [...new Map(list)];
}

/** A config that has everything. */
export const full = {
  Entrypoint: ['/old'],
  Cmd: ['x'],
  Env: ['PATH=/bin', 'A=1', 'B=2'],
  WorkingDir: '/srv',
  User: 'me',
  Labels: { a: '1', b: '2' },
  ExposedPorts: { '80/tcp': {} },
  Volumes: { '/v': {} },
  StopSignal: 'SIGINT',
  Healthcheck: { Test: ['CMD', 'x'], Interval: 1e9, Retries: 2 },
  ArgsEscaped: true,
  'x-vendor': { y: [1] },
};
