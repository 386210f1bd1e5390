import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { layerOf } from '../transforms/stacking.ts';
import { docker } from './docker.ts';
import { attempt, bash, folder, peers, root, run } from './tools.ts';

const program = join(root, 'build/standalone/layertool');

test('one executable does what the package does, and makes its own images, which build images', async (t) => {
  if (!peers(t, 'root', 'docker', 'dockerd', 'ldd', 'bash')) return;
  const { status, stderr } = await attempt('node', ['--version']);
  assert.equal(status, 0, stderr);
  await run(process.execPath, ['scripts/standalone.js'], { cwd: root });
  const place = await folder(t);
  writeFileSync(join(place, 'layer.tar'), layerOf('a=1 b/c=2'));

  // The same bytes, with no Node on PATH.
  const env = { PATH: '/nowhere', HOME: place };
  for (const words of [
    ['squash', 'layer.tar'],
    ['image', '-t', 'x', 'layer.tar'],
    ['image', '--compress', 'gzip', 'layer.tar'],
  ]) {
    const alone = await run(program, words, { cwd: place, env });
    const packed = await bash(`layertool ${words.join(' ')}`, { cwd: place });
    assert.ok(alone.stdout.equals(packed.stdout), words.join(' '));
  }
  assert.equal((await attempt(program, ['squash', 'none.tar'], { cwd: place })).status, 1);
  assert.equal((await attempt(program, ['squahs'], { cwd: place })).status, 2);

  const call = await docker(t);
  const hosted = { cwd: place, env: { DOCKER_HOST: call.host } };
  const make = (...words: string[]) => run('bash', ['scripts/image', ...words], { cwd: root });
  await make('-t', 'layertool:plain', '-o', join(place, 'plain.tar'));
  await make('-t', 'layertool:plain', '-o', join(place, 'again.tar'));
  await run('cmp', ['plain.tar', 'again.tar'], { cwd: place });
  await make('--shell', '-t', 'layertool:shell', '-o', join(place, 'shell.tar'));
  for (const name of ['plain', 'shell']) await call.load(join(place, `${name}.tar`));
  assert.ok(statSync(join(place, 'plain.tar')).size < 150_000_000);

  // Without a shell: an image of a layer that comes by standard input.
  const line = 'docker run -i --rm --network none layertool:plain';
  const built = await bash(`${line} image -t built - < layer.tar | layertool inspect -`, hosted);
  assert.match(built.stdout.toString(), /docker\.io\/library\/built:latest/);
  assert.match((await bash(`${line} --version`, hosted)).stdout.toString(), /^layertool \d/);

  // With one: pipes, as in a CI job.
  const job = `mkdir site; echo hello > site/index.html; layertool image -t site <(layertool dir site) -o image.tar &&
    layertool export image.tar | tar -xO index.html`;
  const said = await bash('docker run --rm --network none layertool:shell bash -euc "$JOB"', {
    ...hosted,
    env: { ...hosted.env, JOB: job },
  });
  assert.equal(said.stdout.toString(), 'hello\n');
});
