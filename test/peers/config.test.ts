import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { isObject, type Json, parseJson } from '../../lib/image/json.ts';
import { contents } from './contents.ts';
import { docker } from './docker.ts';
import { item, tar } from './layer.ts';
import { registry } from './registry.ts';
import { folder, layertool, peers, run } from './tools.ts';

/** Everything that a base may say. */
const base = [
  ...['--entrypoint', '["/old","x"]', '--cmd', '["y"]', '-e', 'PATH=/bin', '-e', 'B=2', '-w', '/srv', '-u', 'me:us'],
  ...['-l', 'a=1', '-l', 'b=2', '-p', '80', '--volume', '/data', '--stop-signal', 'SIGINT'],
  ...['--healthcheck', 'old'],
];

/** The same change in layertool's flags, in a Dockerfile, and in crane's flags where crane knows it. */
const changes: [flags: string[], dockerfile: string, crane?: string[]][] = [
  [['--entrypoint', '["/new","a b"]'], 'ENTRYPOINT ["/new","a b"]', ['--entrypoint=/new,a b']],
  [['--entrypoint', '/new', '--cmd', '["z"]'], 'ENTRYPOINT ["/new"]\nCMD ["z"]', ['--entrypoint=/new', '--cmd=z']],
  [['--cmd', '["a,b"]'], 'CMD ["a,b"]'],
  [['-e', 'B=x=y z', '-e', 'C='], 'ENV B="x=y z"\nENV C=', ['--env=B=x=y z', '--env=C=']],
  [['-w', 'sub/../here/'], 'WORKDIR sub/../here/'],
  [['-w', '/other'], 'WORKDIR /other', ['--workdir=/other']],
  [['-u', '1000:1000'], 'USER 1000:1000', ['--user=1000:1000']],
  [['-l', 'b=3,4', '-l', 'c=d e'], 'LABEL b="3,4" c="d e"'],
  [['-l', 'b=3', '-l', 'c=d e'], 'LABEL b=3 c="d e"', ['--label=b=3', '--label=c=d e']],
  [['-p', '443', '-p', '53/udp', '-p', '7000-7002'], 'EXPOSE 443 53/udp 7000-7002'],
  [['--volume', '/more', '--volume', '/data'], 'VOLUME /more /data'],
  [['--stop-signal', 'SIGTERM'], 'STOPSIGNAL SIGTERM'],
  [['--healthcheck', 'curl -f x || exit 1'], 'HEALTHCHECK CMD curl -f x || exit 1'],
  [
    ['--healthcheck', '["/check"]', '--healthcheck-timeout', '1.5s', '--healthcheck-start-period', '1m30s'],
    'HEALTHCHECK --timeout=1.5s --start-period=1m30s CMD ["/check"]',
  ],
  [['--healthcheck', 'NONE'], 'HEALTHCHECK NONE'],
];

/** Changes that do not touch each other, together: docker build takes its time. */
function rounds(): (typeof changes)[] {
  const made: (typeof changes)[] = [];
  const seen = new Map<string, number>();
  for (const change of changes) {
    const instruction = change[1].replace(/ .*/s, '');
    const round = seen.get(instruction) ?? 0;
    seen.set(instruction, round + 1);
    made[round] = [...(made[round] ?? []), change];
  }
  return made;
}

/** A config as it reads, without what builders leave behind and what says nothing. */
function meaning(config: Json | undefined): Record<string, unknown> {
  const ignored = ['Hostname', 'Domainname', 'Image', 'ArgsEscaped', 'OnBuild'];
  const kept = Object.entries(isObject(config) ? config : {}).filter(
    ([key, value]) => !ignored.includes(key) && value !== null && value !== '' && value !== false,
  );
  return Object.fromEntries(kept);
}

const first = (json: Json): Json | undefined => (Array.isArray(json) ? json[0] : undefined);
const config = (json: Json | undefined, key: string): Json | undefined => (isObject(json) ? json[key] : undefined);

test('the flags of image change a config as docker build does', async (t) => {
  if (!peers(t, 'root', 'docker', 'dockerd')) return;
  const place = await folder(t);
  const daemon = await docker(t);
  // docker build wants a layer to stand on.
  writeFileSync(join(place, 'layer.tar'), tar({ dialect: 'ustar', items: [item('directory', 'srv/')] }));
  await layertool(['image', ...base, '-t', 'base:1', '-o', 'base.tar', 'layer.tar'], { cwd: place });
  await daemon.load(join(place, 'base.tar'));
  const inspect = async (name: string): Promise<Record<string, unknown>> => {
    const { stdout } = await daemon('image', 'inspect', name);
    return meaning(config(first(parseJson(stdout, 'docker', 'inspect')), 'Config'));
  };
  for (const round of rounds()) {
    const flags = round.flatMap(([words]) => words);
    const dockerfile = round.map(([, line]) => line).join('\n');
    mkdirSync(join(place, 'context'), { recursive: true });
    writeFileSync(join(place, 'context/Dockerfile'), `FROM base:1\n${dockerfile}\n`);
    await run(
      'docker',
      ['-H', daemon.host, 'build', '-q', '--network=none', '-t', 'theirs:1', join(place, 'context')],
      {
        env: { DOCKER_BUILDKIT: '0' },
      },
    );
    await layertool(['image', '-q', '--base', 'base.tar', '-t', 'ours:1', '-o', 'ours.tar', ...flags], { cwd: place });
    await daemon.load(join(place, 'ours.tar'));
    assert.deepEqual(await inspect('ours:1'), await inspect('theirs:1'), dockerfile);
  }
});

test('the flags of image change a config as crane mutate does', async (t) => {
  if (!peers(t, 'crane', 'docker-registry', 'tar')) return;
  const place = await folder(t);
  const host = await registry(t);
  await layertool(['image', ...base, '-o', 'base.tar'], { cwd: place });
  await run('crane', ['push', 'base.tar', `${host}/base:1`], { cwd: place });
  let count = 0;
  for (const [flags, , words] of changes) {
    if (words === undefined) continue;
    await run('crane', ['mutate', ...words, '-t', `${host}/theirs:1`, `${host}/base:1`]);
    const theirs = parseJson((await run('crane', ['config', `${host}/theirs:1`])).stdout, 'crane', 'config');
    await layertool(['image', '-q', '--base', 'base.tar', '-o', 'ours.tar', ...flags], { cwd: place });
    const ours = await contents(join(place, 'ours.tar'), join(place, `${count++}`));
    assert.deepEqual(ours.config.config, meaning(config(theirs, 'config')), words.join(' '));
  }
});

test('an image of the same layer twice, and one of none, load', async (t) => {
  if (!peers(t, 'root', 'docker', 'dockerd', 'podman', 'crane')) return;
  const place = await folder(t);
  const daemon = await docker(t);
  const own = ['--root', join(place, 'root'), '--runroot', join(place, 'run'), '--storage-driver', 'vfs'];
  writeFileSync(join(place, 'layer.tar'), tar({ dialect: 'ustar', items: [item('directory', 'srv/')] }));
  for (const layers of [['layer.tar', 'layer.tar'], []]) {
    for (const compress of ['none', 'gzip']) {
      await layertool(['image', '-t', 'it:1', `--compress=${compress}`, '-o', 'it.tar', ...layers], { cwd: place });
      await run('crane', ['validate', '--tarball', 'it.tar'], { cwd: place });
      assert.match(await daemon.load(join(place, 'it.tar')), /it:1/);
      const found = first(parseJson((await daemon('image', 'inspect', 'it:1')).stdout, 'docker', 'inspect'));
      const loaded = config(config(found, 'RootFS'), 'Layers');
      assert.equal(Array.isArray(loaded) ? loaded.length : 0, layers.length);
      await run('podman', [...own, 'load', '-q', '-i', join(place, 'it.tar')]);
    }
  }
});
