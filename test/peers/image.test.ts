import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { type Contents, contents, sha256 } from './contents.ts';
import { docker } from './docker.ts';
import { item, type Layer, tar } from './layer.ts';
import { registry } from './registry.ts';
import { bash, folder, layertool, peers, run } from './tools.ts';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
/** node:zlib has zstd from 22.15 on; older ones are told so by layertool. */
const compressions = ['auto', 'none', 'gzip', ...(major > 22 || (major === 22 && minor >= 15) ? ['zstd'] : [])];
const formats = ['docker', 'oci'];

const layers: Layer[] = [
  { dialect: 'gnu', items: [item('directory', 'etc/'), item('file', 'etc/first', { content: 'first\n' })] },
  { dialect: 'pax', items: [item('file', 'etc/second', { content: 'second\n'.repeat(20_000), fraction: '5' })] },
  { dialect: 'ustar', items: [item('link', 'etc/third', { target: 'etc/second' }), item('file', 'etc/.wh.first')] },
];

/** The layers as files: plain, gzip and plain again. */
async function files(place: string): Promise<string[]> {
  const made = layers.map((layer, index) => {
    const file = join(place, `layer${index}.tar`);
    writeFileSync(file, tar(layer));
    return file;
  });
  await bash('gzip -n <layer1.tar >layer1.tar.gz', { cwd: place });
  return made.map((file, index) => (index === 1 ? `${file}.gz` : file));
}

type Check = (archive: string, name: string, format: string, compress: string, inside: Contents) => Promise<void>;

/** Every kind of archive, taken apart and checked here, then shown to one of the peers. */
async function every(t: TestContext, place: string, check: Check): Promise<void> {
  const inputs = await files(place);
  let count = 0;
  for (const format of formats)
    for (const compress of compressions) {
      const name = `${format}-${compress}`;
      const archive = join(place, `${name}.tar`);
      const flags = [
        `--format=${format}`,
        `--compress=${compress}`,
        '--tag=peers/it:1',
        '--label=one=1',
        '--cmd=["/none"]',
      ];
      await layertool(['image', ...flags, ...inputs], { stdout: archive });
      const inside = await contents(archive, join(place, `${name}.d`));
      assert.deepEqual(inside.layers, layers.map(tar), `${name}: the layers are those given`);
      await check(archive, name, format, compress, inside);
      count++;
    }
  t.diagnostic(`${count} archives: ${formats.join(', ')} by ${compressions.join(', ')}`);
}

test('docker loads the image archives', async (t) => {
  if (!peers(t, 'root', 'docker', 'dockerd', 'zstd')) return;
  const daemon = await docker(t);
  await every(t, await folder(t), async (archive, name, format, compress, { config }) => {
    // docker 20.10 knows neither OCI archives nor, in docker archives, zstd.
    if (format === 'oci' || compress === 'zstd') return;
    assert.match(await daemon.load(archive), /peers\/it:1/);
    const [found] = JSON.parse((await daemon('image', 'inspect', 'peers/it:1')).stdout.toString());
    assert.deepEqual(found.RootFS.Layers, config.rootfs.diff_ids, name);
    assert.deepEqual(found.Config.Labels, { one: '1' });
    await daemon('rmi', 'peers/it:1');
  });
});

test('podman loads the image archives', async (t) => {
  if (!peers(t, 'root', 'podman', 'zstd')) return;
  const place = await folder(t);
  const own = ['--root', join(place, 'root'), '--runroot', join(place, 'run'), '--storage-driver', 'vfs'];
  await every(t, place, async (archive, name, _format, _compress, { config }) => {
    const loaded = (await run('podman', [...own, 'load', '-q', '-i', archive])).stdout.toString();
    assert.match(loaded, /peers\/it:1/, name);
    const id = loaded.trim().replace(/^.*: /, '');
    const [found] = JSON.parse((await run('podman', [...own, 'image', 'inspect', id])).stdout.toString());
    assert.deepEqual(found.RootFS.Layers, config.rootfs.diff_ids, name);
    await run('podman', [...own, 'rmi', '-f', id]);
  });
});

test('skopeo reads the image archives, each way', async (t) => {
  if (!peers(t, 'skopeo', 'zstd')) return;
  const place = await folder(t);
  await every(t, place, async (archive, name, format) => {
    for (const reader of format === 'docker' ? ['docker-archive', 'oci-archive'] : ['oci-archive']) {
      const target = join(place, `${name}-${reader}`);
      await run('skopeo', ['copy', '-q', '--insecure-policy', `${reader}:${archive}`, `dir:${target}`]);
      const found = JSON.parse(
        (await run('skopeo', ['inspect', '--config', `${reader}:${archive}`])).stdout.toString(),
      );
      assert.deepEqual(
        found.rootfs.diff_ids,
        layers.map((layer) => sha256(tar(layer))),
        `${name} ${reader}`,
      );
    }
  });
});

test('crane validates and pushes the image archives', async (t) => {
  if (!peers(t, 'crane', 'docker-registry', 'zstd')) return;
  const host = await registry(t);
  const place = await folder(t);
  await every(t, place, async (archive, name, format, compress) => {
    const there = `${host}/peers/${name}:1`;
    await run('crane', ['push', format === 'docker' ? archive : join(place, `${name}.d`), there]);
    // A tarball's plain layers become gzip on the way, and gzip is all that `crane validate` (0.22) can judge.
    if (compress === 'gzip' || (format === 'docker' && compress !== 'zstd')) {
      if (format === 'docker') await run('crane', ['validate', '--tarball', archive]);
      await run('crane', ['validate', '--remote', there]);
    }
    await bash('crane export "$THERE" - | tar -t | grep -x etc/second', { env: { THERE: there } });
    const config = JSON.parse((await run('crane', ['config', there])).stdout.toString());
    assert.deepEqual(
      config.rootfs.diff_ids,
      layers.map((layer) => sha256(tar(layer))),
      name,
    );
  });
});

/** The same image as each tool writes it; a name that ends in / is a layout directory. */
const bases: { name: string; tools: string[]; make: string }[] = [
  {
    name: 'docker-save',
    tools: ['root', 'docker', 'dockerd'],
    make: 'docker -H $HOST load -q -i it; docker -H $HOST save peers/it:1 >$OUT',
  },
  {
    name: 'skopeo-docker-archive',
    tools: ['skopeo'],
    make: 'skopeo copy -q --insecure-policy docker-archive:it docker-archive:$OUT:peers/it:1',
  },
  {
    name: 'skopeo-oci-archive',
    tools: ['skopeo'],
    make: 'skopeo copy -q --insecure-policy docker-archive:it oci-archive:$OUT:it',
  },
  { name: 'skopeo-oci/', tools: ['skopeo'], make: 'skopeo copy -q --insecure-policy docker-archive:it oci:$OUT:it' },
  {
    name: 'podman-save',
    tools: ['root', 'podman'],
    make: 'podman $OWN load -q -i it; podman $OWN save -q -o $OUT peers/it:1',
  },
  {
    name: 'podman-save-oci',
    tools: ['root', 'podman'],
    make: 'podman $OWN load -q -i it; podman $OWN save -q --format oci-archive -o $OUT peers/it:1',
  },
  {
    name: 'crane-pull',
    tools: ['crane', 'docker-registry'],
    make: 'crane push it $REGISTRY/it:1; crane pull $REGISTRY/it:1 $OUT',
  },
  {
    name: 'crane-pull-oci/',
    tools: ['crane', 'docker-registry'],
    make: 'crane push it $REGISTRY/it:1; crane pull --format=oci $REGISTRY/it:1 $OUT',
  },
];

for (const { name, tools, make } of bases)
  test(`a base of ${name}`, async (t) => {
    if (!peers(t, ...tools, 'zstd')) return;
    const place = await folder(t);
    const [one = '', two = '', three = ''] = await files(place);
    await layertool(['image', '--tag=peers/it:1', '--compress=none', '--env=IT=1', '-o', join(place, 'it'), one, two]);
    const env: Record<string, string> = { OUT: 'base' };
    env.OWN = `--root ${place}/root --runroot ${place}/run --storage-driver vfs`;
    if (tools.includes('dockerd')) env.HOST = (await docker(t)).host;
    if (tools.includes('docker-registry')) env.REGISTRY = await registry(t);
    await bash(make, { cwd: place, env });

    for (const compress of ['auto', 'none', 'gzip']) {
      const image = `layertool image --compress=${compress}`;
      await bash(`${image} --base=base ${three} >file`, { cwd: place });
      const inside = await contents(join(place, 'file'), join(place, `file-${compress}`));
      assert.deepEqual(inside.layers, layers.map(tar), `${name}, ${compress}`);
      if (compress !== 'auto') assert.deepEqual(new Set(inside.stored), new Set([compress]));
      assert.deepEqual(inside.config.config?.Env, ['IT=1']);
      if (name.endsWith('/')) continue;
      await bash(`${image} --base=<(cat base) <(cat ${three}) | cmp - file`, { cwd: place });
      await bash(`cat base | ${image} --base=- ${three} | cmp - file`, { cwd: place });
      await bash(`${image} --base=<(gzip -c base) ${three} | cmp - file`, { cwd: place });
    }
  });
