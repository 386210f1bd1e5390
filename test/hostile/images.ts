import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { archive, block, file, long, octal } from '../tar/blocks.ts';
import type { Bytes } from './case.ts';

/* Images of a few small files (OCI image specification; docker save), and where they are to be wrong. */

export const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');
export const someLayer = (name: string) => archive(file(name.repeat(200), { name }));
export const [one, two] = [someLayer('one'), someLayer('two')];

export type Content = Buffer | string | { readonly link: string } | { readonly hard: string };
export type Files = readonly (readonly [name: string, content: Content])[];

const types = 'application/vnd.oci.image';
export const media = {
  index: `${types}.index.v1+json`,
  manifest: `${types}.manifest.v1+json`,
  config: `${types}.config.v1+json`,
  layer: `${types}.layer.v1.tar`,
  gzip: `${types}.layer.v1.tar+gzip`,
};

export function entryOf(name: string, content: Content): Buffer {
  const front = name.length > 99 ? long('L', name) : Buffer.alloc(0);
  const short = name.slice(0, 99);
  if (Buffer.isBuffer(content)) {
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
    return Buffer.concat([front, block({ name: short, size: octal(content.length, 12) }), content, padding]);
  }
  if (typeof content === 'string') return entryOf(name, Buffer.from(content));
  const [flag, linkname] = 'link' in content ? ['2', content.link] : ['1', content.hard];
  return Buffer.concat([front, block({ name: short, flag, linkname })]);
}

export const packed = (files: Files): Buffer => archive(...files.map(([name, content]) => entryOf(name, content)));

export function laid(folder: string, files: Files): void {
  for (const [name, content] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(path, content);
    else symlinkSync('link' in content ? content.link : content.hard, path);
  }
}

const plain = (layer: Buffer) => (layer[0] === 0x1f ? gunzipSync(layer) : layer);

export function configOf(layers: readonly Buffer[], more: object = {}): string {
  const diff_ids = layers.map((layer) => `sha256:${sha256(plain(layer))}`);
  return JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids },
    history: [],
    ...more,
  });
}

/** What `docker save` wrote before version 25. */
export function docker(
  layers: readonly Buffer[],
  change: { config?: string | Buffer; manifest?: unknown; paths?: readonly string[]; more?: Files } = {},
): [string, Content][] {
  const config = change.config ?? configOf(layers);
  const name = `${sha256(config)}.json`;
  const paths = change.paths ?? layers.map((_, at) => `${at}/layer.tar`);
  const manifest = change.manifest ?? [{ Config: name, RepoTags: ['demo:1'], Layers: paths }];
  return [
    ...layers.map((layer, at): [string, Content] => [`${at}/layer.tar`, layer]),
    [name, config],
    ...(change.more ?? []).map(([path, content]): [string, Content] => [path, content]),
    ['manifest.json', typeof manifest === 'string' ? manifest : JSON.stringify(manifest)],
  ];
}

export interface Descriptor {
  readonly [key: string]: unknown;
}

export function descriptor(content: Buffer | string, mediaType: string, more: object = {}): Descriptor {
  return { mediaType, digest: `sha256:${sha256(content)}`, size: Buffer.byteLength(content), ...more };
}

export const blobName = (content: Buffer | string) => `blobs/sha256/${sha256(content)}`;
const platform = { os: 'linux', architecture: 'amd64' };

export interface OciChange {
  readonly config?: string | Buffer;
  readonly manifest?: object;
  /** The manifest's text, instead of what would be right. */
  readonly manifestText?: string;
  readonly index?: object;
  readonly indexText?: string;
  readonly layout?: string;
  /** Fields of the descriptor in the index. */
  readonly listed?: object;
  /** More descriptors in the index. */
  readonly others?: readonly object[];
  readonly more?: Files;
  readonly layers?: (descriptors: Descriptor[]) => unknown;
}

/** The files of an OCI layout (image-layout.md) of one image. */
export function oci(layers: readonly Buffer[], change: OciChange = {}): [string, Content][] {
  const config = change.config ?? configOf(layers);
  const described = layers.map((layer) => descriptor(layer, layer[0] === 0x1f ? media.gzip : media.layer));
  const manifest =
    change.manifestText ??
    JSON.stringify({
      schemaVersion: 2,
      mediaType: media.manifest,
      config: descriptor(config, media.config),
      layers: change.layers?.(described) ?? described,
      ...change.manifest,
    });
  const listed = { ...descriptor(manifest, media.manifest, { platform }), ...change.listed };
  const index =
    change.indexText ??
    JSON.stringify({ schemaVersion: 2, manifests: [listed, ...(change.others ?? [])], ...change.index });
  return [
    ['oci-layout', change.layout ?? '{"imageLayoutVersion":"1.0.0"}'],
    ['index.json', index],
    ...[manifest, config, ...layers].map((content): [string, Content] => [blobName(content), content]),
    ...(change.more ?? []).map(([path, content]): [string, Content] => [path, content]),
  ];
}

export const docked =
  (...given: Parameters<typeof docker>): (() => Bytes) =>
  () =>
    packed(docker(...given));
export const archived =
  (...given: Parameters<typeof oci>): (() => Bytes) =>
  () =>
    packed(oci(...given));
