import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { sha256 } from './contents.ts';
import { docker } from './docker.ts';
import { item, tar } from './layer.ts';
import { registry } from './registry.ts';
import { attempt, bash, folder, peers, run } from './tools.ts';

/** An index of a docker archive and an OCI archive, pushed; every tool that reads indexes finds in it what went in. */
test('an index is read by crane, skopeo and docker, its manifests and blobs as they went in', async (t) => {
  if (!peers(t, 'docker-registry', 'crane', 'skopeo', 'tar')) return;
  const host = await registry(t);
  const cwd = await folder(t);
  for (const name of ['amd64', 'arm64']) {
    const items = [
      item('file', 'etc/name', { content: name }),
      item('file', 'shared', { content: 'same'.repeat(9999) }),
    ];
    writeFileSync(join(cwd, `${name}.layer`), tar({ dialect: 'pax', items }));
  }
  await bash(
    `layertool image amd64.layer --compress gzip --cmd /amd64 -q -o both.tar
     crane push both.tar ${host}/single/amd64:1 >/dev/null
     crane pull ${host}/single/amd64:1 amd64.tar
     layertool image arm64.layer --platform linux/arm64 --format oci --compress gzip --cmd /arm64 -q -o arm64.tar
     layertool index amd64.tar <(cat arm64.tar) -t app -o index.tar
     layertool push index.tar ${host}/app:1 > digest`,
    { cwd },
  );
  const ref = `${host}/app:1`;
  const text = async (command: string, ...args: string[]) => (await run(command, args, { cwd })).stdout.toString();
  const manifest = await text('crane', 'manifest', ref);
  assert.equal(readFileSync(join(cwd, 'digest'), 'utf8').trim(), `${host}/app@${sha256(Buffer.from(manifest))}`);
  assert.equal(await text('skopeo', 'inspect', '--raw', '--tls-verify=false', `docker://${ref}`), manifest);
  const { manifests } = JSON.parse(manifest) as {
    manifests: { digest: string; platform: { architecture: string } }[];
  };
  assert.deepEqual(
    manifests.map(({ platform }) => platform.architecture),
    ['amd64', 'arm64'],
  );
  // What crane pushed alone has the digest that it has here.
  assert.equal((await text('crane', 'digest', `${host}/single/amd64:1`)).trim(), manifests[0]!.digest);
  await run('crane', ['validate', '--remote', ref]);
  for (const architecture of ['amd64', 'arm64']) {
    const config = await text('crane', 'config', '--platform', `linux/${architecture}`, ref);
    assert.deepEqual(JSON.parse(config).config.Cmd, [`/${architecture}`]);
  }

  // Into a directory skopeo copies manifests as they are.
  const copied = [
    'copy',
    '-q',
    '--all',
    '--insecure-policy',
    '--src-tls-verify=false',
    `docker://${ref}`,
    'dir:copied',
  ];
  await run('skopeo', copied, { cwd });
  mkdirSync(join(cwd, 'unpacked'));
  await run('tar', ['-xf', '../index.tar'], { cwd: join(cwd, 'unpacked') });
  const files = readdirSync(join(cwd, 'copied')).filter((name) => /^[0-9a-f]{64}(\.manifest\.json)?$/.test(name));
  assert.equal(files.length, 2 * 2 + 2);
  for (const name of files) {
    const bytes = readFileSync(join(cwd, 'copied', name));
    assert.deepEqual(bytes, readFileSync(join(cwd, 'unpacked/blobs/sha256', name.slice(0, 64))), name);
  }
  await run('skopeo', ['copy', '-q', '--all', '--insecure-policy', 'oci-archive:index.tar', 'dir:dir'], { cwd });
  const { stdout } = await bash('layertool pull --all-platforms $REF | layertool push - $HOST/again:1', {
    cwd,
    env: { REF: ref, HOST: host },
  });
  assert.equal(stdout.toString().split('@')[1]?.trim(), sha256(Buffer.from(manifest)));

  if (!peers(t, 'root', 'docker', 'dockerd')) return;
  const daemon = await docker(t);
  for (const architecture of ['amd64', 'arm64']) {
    await daemon('pull', '-q', '--platform', `linux/${architecture}`, ref);
    const told = await daemon('image', 'inspect', '--format', '{{.Architecture}} {{json .Config.Cmd}}', ref);
    assert.equal(told.stdout.toString().trim(), `${architecture} ["/${architecture}"]`);
  }
});

test('regctl reads it where it is there', async (t) => {
  if (!peers(t, 'docker-registry', 'regctl')) return;
  const host = await registry(t);
  const cwd = await folder(t);
  writeFileSync(join(cwd, 'l.tar'), tar({ dialect: 'pax', items: [item('file', 'x')] }));
  await bash(
    `layertool push <(layertool index <(layertool image l.tar -q) <(layertool image --platform linux/arm64 l.tar -q)) ${host}/x:1`,
    { cwd },
  );
  const { status, stdout } = await attempt('regctl', [
    '--host',
    `reg=${host},tls=disabled`,
    'manifest',
    'get',
    `${host}/x:1`,
  ]);
  assert.equal(status, 0);
  assert.match(stdout.toString(), /linux\/arm64/);
});
