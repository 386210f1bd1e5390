import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { configOf, files, full, plain, someLayer } from '../../image/archive.ts';
import type { Sample } from '../target.ts';

/*
 * An image in parts, which can be broken one by one: its documents name each other by words like `@config.digest@`, and
 * what stands there is filled in when the archive is made.
 */

const parts = ['kind', 'index', 'manifest', 'docker', 'config', 'first', 'second'] as const;
type Part = (typeof parts)[number];

/** Bits of the first part: what the archive is. */
export const DOCKER = 1;
export const LAYOUT = 2;
export const GZIP = 4;
export const NESTED = 8;

export function images(): Sample[] {
  return [DOCKER, LAYOUT, DOCKER | LAYOUT, LAYOUT | GZIP, LAYOUT | NESTED].map((kind) => partsOf(kind));
}

function partsOf(kind: number): Sample {
  const [first, second] = [someLayer('one'), someLayer('two')];
  const types = 'application/vnd.oci.image';
  const described = (part: Part, type: string): object => ({
    mediaType: type,
    digest: `@${part}.digest@`,
    size: `@${part}.size@`,
  });
  const stored = kind & GZIP ? [gzipSync(first), gzipSync(second)] : [first, second];
  const layer = `${types}.layer.v1.tar${kind & GZIP ? '+gzip' : ''}`;
  const manifest = {
    schemaVersion: 2,
    mediaType: `${types}.manifest.v1+json`,
    config: described('config', `${types}.config.v1+json`),
    layers: [described('first', layer), described('second', layer)],
    annotations: { 'org.example.base': 'yes' },
  };
  const listed = {
    ...described('manifest', `${types}.manifest.v1+json`),
    platform: { os: 'linux', architecture: 'amd64' },
  };
  const index = {
    schemaVersion: 2,
    mediaType: `${types}.index.v1+json`,
    manifests: [{ ...listed, annotations: { 'org.opencontainers.image.ref.name': '1' } }],
  };
  const docker = [{ Config: '@config.name@', RepoTags: ['demo:1'], Layers: ['@first.name@', '@second.name@'] }];
  const config = JSON.parse(configOf({ layers: [first, second], config: full })) as { rootfs: { diff_ids: string[] } };
  config.rootfs.diff_ids = ['@first.diff@', '@second.diff@'];
  const texts = [index, manifest, docker, config].map((json) => Buffer.from(JSON.stringify(json)));
  return [Buffer.of(kind), texts[0]!, texts[1]!, texts[2]!, texts[3]!, ...stored];
}

/** The archive of an image in parts; a sample of one part is an archive. */
export function archiveOf(sample: Sample): Buffer {
  if (sample.length === 1) return sample[0]!;
  const kind = sample[0]?.[0] ?? 0;
  const made = new Map<string, Buffer>(parts.map((part, at) => [part, sample[at] ?? Buffer.alloc(0)]));
  // What is named must be there first.
  for (const part of ['config', 'manifest', 'docker', 'index'] as const) made.set(part, filled(made.get(part)!, made));
  const list: [string, Buffer | string][] = [['oci-layout', '{"imageLayoutVersion":"1.0.0"}']];
  for (const part of ['config', 'manifest', 'first', 'second'] as const)
    list.push([nameOf(made.get(part)!), made.get(part)!]);
  if (kind & DOCKER) list.push(['manifest.json', made.get('docker')!]);
  if (kind & LAYOUT) list.push(['index.json', kind & NESTED ? nested(made.get('index')!, list) : made.get('index')!]);
  return files(...new Map(list));
}

/** An index that lists another, which is a blob then. */
function nested(index: Buffer, list: [string, Buffer | string][]): string {
  list.push([nameOf(index), index]);
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  return JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, digest: digestOf(index), size: index.length }] });
}

function filled(text: Buffer, made: ReadonlyMap<string, Buffer>): Buffer {
  const words = text
    .toString('latin1')
    .replace(/"?@(\w+)\.(digest|size|name|diff)@"?/g, (word, part: string, what: string) => {
      const bytes = made.get(part);
      if (bytes === undefined) return word;
      if (what === 'size') return String(bytes.length);
      if (what === 'name') return `"${nameOf(bytes)}"`;
      return `"${what === 'diff' ? digestOf(inflated(bytes)) : digestOf(bytes)}"`;
    });
  return Buffer.from(words, 'latin1');
}

function inflated(bytes: Buffer): Buffer {
  try {
    return plain(bytes);
  } catch {
    return bytes;
  }
}

function nameOf(bytes: Buffer): string {
  return `blobs/sha256/${digestOf(bytes).slice('sha256:'.length)}`;
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
