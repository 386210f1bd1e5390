import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './tools.ts';

/** What is inside an image archive, found out with tar, gzip and zstd. */
export type Contents = {
  config: { rootfs: { diff_ids: string[] }; history?: unknown[]; config?: Record<string, unknown> };
  /** The layers uncompressed, and how they are stored. */
  layers: Buffer[];
  stored: ('none' | 'gzip' | 'zstd')[];
  tags: string[];
};

type Descriptor = { digest: string; size: number; mediaType: string; annotations?: Record<string, string> };

export const sha256 = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

function json<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Takes the archive apart and checks every digest and size it names, in both of its manifests. */
export async function contents(archive: string, folder: string): Promise<Contents> {
  mkdirSync(folder, { recursive: true });
  await run('tar', ['-xf', archive, '-C', folder]);
  const files: string[][] = [];
  const configs: string[] = [];
  let tags: string[] = [];
  if (existsSync(join(folder, 'index.json'))) {
    const blob = ({ digest, size }: Descriptor) => {
      const file = join(folder, 'blobs', digest.replace(':', '/'));
      const bytes = readFileSync(file);
      assert.equal(sha256(bytes), digest, `${file}: digest`);
      assert.equal(bytes.length, size, `${file}: size`);
      return file;
    };
    const [top] = json<{ manifests: Descriptor[] }>(join(folder, 'index.json')).manifests;
    assert.ok(top, 'index.json names a manifest');
    tags = Object.values(top.annotations ?? {});
    const manifest = json<{ config: Descriptor; layers: Descriptor[] }>(blob(top));
    configs.push(blob(manifest.config));
    files.push(manifest.layers.map(blob));
  }
  if (existsSync(join(folder, 'manifest.json'))) {
    type Docker = { Config: string; RepoTags: string[] | null; Layers: string[] };
    const [manifest] = json<Docker[]>(join(folder, 'manifest.json'));
    assert.ok(manifest, 'manifest.json names an image');
    tags = manifest.RepoTags ?? [];
    configs.push(join(folder, manifest.Config));
    files.push(manifest.Layers.map((name) => join(folder, name)));
  }
  const [first, second] = configs.map((file) => readFileSync(file));
  assert.ok(first, 'a config');
  if (second) assert.deepEqual(second, first, 'both manifests lead to the same config');
  const layers: Buffer[] = [];
  const stored: Contents['stored'] = [];
  for (const file of files[0] ?? []) {
    const magic = readFileSync(file).subarray(0, 4).toString('hex');
    const kind = magic.startsWith('1f8b') ? 'gzip' : magic === '28b52ffd' ? 'zstd' : 'none';
    stored.push(kind);
    layers.push(kind === 'none' ? readFileSync(file) : (await run(kind, ['-dc'], { stdin: file })).stdout);
  }
  if (files[1])
    assert.deepEqual(
      files[1].map((file) => sha256(readFileSync(file))),
      files[0]?.map((file) => sha256(readFileSync(file))),
    );
  const config: Contents['config'] = JSON.parse(first.toString());
  assert.deepEqual(config.rootfs.diff_ids, layers.map(sha256), 'every diff_id is the sha256 of its layer');
  return { config, layers, stored, tags };
}
