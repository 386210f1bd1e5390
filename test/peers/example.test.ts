import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { python } from './base.ts';
import { docker } from './docker.ts';
import { bash, folder, peers, root, run } from './tools.ts';

const tools = ['docker', 'dockerd', 'docker-registry', 'apt-get', 'apt-cache', 'dpkg', 'pip', 'python3', 'go'];

test('the example: built on a real Python, loaded, run, and pushed from the pipes', async (t) => {
  if (!peers(t, 'root', ...tools)) return;
  const place = await folder(t);
  mkdirSync(join(place, 'root'));
  await python(join(place, 'root'));
  await bash('layertool image <(tar -c --numeric-owner --owner=0 --group=0 -C root .) -o base.tar', { cwd: place });
  const { host } = await docker(t);
  const words = ['examples/run', '--base', join(place, 'base.tar'), '-o', join(place, 'greet.tar')];
  const { stdout, stderr } = await run('bash', words, { cwd: root, env: { DOCKER_HOST: host } });
  const said = stdout.toString();
  assert.match(said, /^Python says: Hello, layers from greetings\.example\.org$/m);
  assert.match(said, /127\.0\.0\.1:[0-9]+\/greet@sha256:[0-9a-f]{64}\n$/, 'it is in the registry');
  assert.doesNotMatch(stderr, /^example: /m, 'nothing is left out');
});

test('the example without a base or docker: on one that is pulled, or on the Python of this machine, in a chroot', async (t) => {
  if (!peers(t, 'root', 'bash', 'pip', 'python3', 'go', 'ldd')) return;
  const place = await folder(t);
  const output = join(place, 'greet.tar');
  const { stdout } = await run('bash', ['examples/run', '-o', output], {
    cwd: root,
    env: { DOCKER_HOST: 'unix:///none' },
  });
  assert.match(stdout.toString(), /sha256:[0-9a-f]{64}/);
  assert.match(stdout.toString(), /^Python says: Hello, layers from greetings\.example\.org$/m);
});
