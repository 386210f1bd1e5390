import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Entry } from '../../lib/entries/entry.ts';
import { bytesOf, entry } from '../entries.ts';
import { file, glibc, library, link, program } from '../python/pythons.ts';
import { registry } from './registry.ts';
import { cli, folder, layertool, peers, root, run } from './tools.ts';

/** What of an official image tells what Python it has. */
function base(machine: number, loader: string, triplet: string): Entry[] {
  return [
    entry('usr/local/bin/python3.13', program(machine, loader), { mode: 0o755 }),
    link('usr/local/bin/python3', 'python3.13'),
    ...library('3.13', 'usr/local/lib'),
    file(`usr/lib/${triplet}/libc.so.6`, glibc.toString('latin1')),
    link('lib', 'usr/lib'),
  ];
}

const bases = [
  ['amd64', base(62, '/lib64/ld-linux-x86-64.so.2', 'x86_64-linux-gnu')],
  ['arm64', base(183, '/lib/ld-linux-aarch64.so.1', 'aarch64-linux-gnu')],
] as const;

test('examples/service: for two architectures, and only what changed is made again', async (t) => {
  if (!peers(t, 'uv', 'make', 'tar')) return;
  const place = await folder(t);
  cpSync(join(root, 'examples/service'), join(place, 'service'), { recursive: true });
  const cwd = join(place, 'service');
  mkdirSync(join(cwd, 'build'));
  for (const [platform, entries] of bases) {
    writeFileSync(join(place, 'layer.tar'), await bytesOf(entries));
    const words = [
      '--platform',
      `linux/${platform}`,
      '-e',
      'PYTHON_VERSION=3.13.5',
      '-o',
      join(cwd, `build/base-${platform}.tar`),
    ];
    await layertool(['image', join(place, 'layer.tar'), ...words]);
  }
  const program = join(place, 'layertool');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`, { mode: 0o755 });
  const env = { XDG_CACHE_HOME: join(place, 'cache'), LAYERTOOL: program };
  const make = async (...words: string[]) => (await run('make', words, { cwd, env })).stdout.toString();
  await make();
  for (const [platform, machine] of [
    ['amd64', 'x86_64'],
    ['arm64', 'aarch64'],
  ] as const) {
    const listed = await run('tar', ['-xOf', join(cwd, `build/heavy-${platform}.tar`), '--wildcards', '*/WHEEL']);
    assert.match(listed.stdout.toString(), new RegExp(`Tag: cp313-cp313-manylinux_2_[0-9]+_${machine}`));
    const packages = await run('tar', ['-tf', join(cwd, `build/packages-${platform}.tar`)]);
    assert.match(packages.stdout.toString(), /\/fastapi\/__init__\.py\n/);
    assert.doesNotMatch(packages.stdout.toString(), /\/(numpy|pytest)\//);
    const told = await layertool(['inspect', '--json', join(cwd, `build/service-${platform}.tar`)]);
    assert.match(told.stdout.toString(), new RegExp(`"${platform}"`));
  }
  assert.match(await make(), /Nothing to be done/);
  const before = statSync(join(cwd, 'build/packages-amd64.tar')).mtimeMs;
  const app = join(cwd, 'service/app.py');
  writeFileSync(app, `${readFileSync(app, 'utf8')}\n# changed\n`);
  utimesSync(app, Date.now() / 1000 + 5, Date.now() / 1000 + 5);
  const again = await make();
  assert.doesNotMatch(again, / wheel /);
  assert.match(again, / dir service/);
  assert.match(again, / image --base/);
  assert.equal(statSync(join(cwd, 'build/packages-amd64.tar')).mtimeMs, before);

  if (!peers(t, 'docker-registry', 'crane')) return;
  const ref = `${await registry(t)}/team/service:1`;
  await make('push', `REF=${ref}`);
  const index = JSON.parse((await run('crane', ['manifest', ref])).stdout.toString()) as {
    manifests: { platform: { architecture: string } }[];
  };
  assert.deepEqual(
    index.manifests.map(({ platform: { architecture } }) => architecture),
    ['amd64', 'arm64'],
  );
  const config = await run('crane', ['config', '--platform', 'linux/arm64', ref]);
  assert.match(config.stdout.toString(), /"User":"65532:65532"/);
});
