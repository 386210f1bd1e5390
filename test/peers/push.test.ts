import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { noise } from '../entries.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { docker } from './docker.ts';
import { item, tar } from './layer.ts';
import { registry } from './registry.ts';
import { certificate, tokenServer } from './token-server.ts';
import { attempt, bash, cli, folder, layertool, peers, run } from './tools.ts';

const text = async (command: string, args: string[], env: Record<string, string> = {}) =>
  (await run(command, args, { env })).stdout.toString().trim();

/** Two layers, one of them large enough to be cut, and images of them in every way. */
async function images(t: TestContext): Promise<string> {
  const place = await folder(t);
  const one = tar({ dialect: 'gnu', items: [item('file', 'etc/one', { content: 'one\n'.repeat(10_000) })] });
  const large = item('file', 'two', { content: noise(3_000_000, 5).toString('latin1') });
  writeFileSync(join(place, 'one.tar'), one);
  writeFileSync(join(place, 'two.tar'), tar({ dialect: 'pax', items: [large] }));
  await bash(
    `layertool image one.tar two.tar -t it:1 --compress gzip -q >gzip.tar
     layertool image one.tar two.tar -t it:1 --compress none -q >plain.tar
     layertool image one.tar two.tar -t it:1 --compress gzip --format oci -q >oci.tar
     mkdir layout; tar -xf oci.tar -C layout; gzip -n <gzip.tar >gzip.tar.gz`,
    { cwd: place },
  );
  return place;
}

const push = async (image: string, ref: string, env: Record<string, string> = {}) =>
  (await layertool(['push', image, ref], { env })).stdout.toString().trim();

test('crane and skopeo find what was pushed, under the digest that crane gives it', async (t) => {
  if (!peers(t, 'docker-registry', 'crane', 'skopeo')) return;
  const host = await registry(t);
  const place = await images(t);
  const at = (name: string) => join(place, name);
  for (const [image, theirs] of [
    ['gzip.tar', 'gzip.tar'],
    ['gzip.tar.gz', 'gzip.tar'],
    ['oci.tar', 'layout'],
    ['layout', 'layout'],
  ] as const) {
    const ref = `${host}/${image}`;
    const said = await push(at(image), `${ref}:1`);
    const digest = (await text('crane', ['push', at(theirs), `${host}/crane/${image}:1`])).split('@')[1];
    assert.equal(said, `${ref}@${digest}`);
    assert.equal(await text('crane', ['digest', `${ref}:1`]), digest);
    await run('crane', ['validate', '--remote', `${ref}:1`]);
    await run('skopeo', ['inspect', '--tls-verify=false', `docker://${ref}:1`]);
    if (image === 'layout') continue;
    const { stdout } = await bash('cat $IMAGE | layertool push - $REF', {
      env: { IMAGE: at(image), REF: `${ref}:pipe` },
    });
    assert.equal(stdout.toString().trim(), said);
  }
});

test('plain layers become the same from a file and a pipe, and a second push sends none', async (t) => {
  if (!peers(t, 'docker-registry', 'crane', 'skopeo')) return;
  const host = await registry(t);
  const place = await images(t);
  const env = { IMAGE: join(place, 'plain.tar'), REF: `${host}/plain` };
  const said = await push(env.IMAGE, `${env.REF}:1`);
  const { stdout } = await bash('cat $IMAGE | layertool push - $REF-pipe:1', { env });
  assert.equal(stdout.toString().trim().split('@')[1], said.split('@')[1]);
  await run('crane', ['validate', '--remote', `${env.REF}:1`]);
  const target = `dir:${await folder(t)}`;
  await run('skopeo', ['copy', '-q', '--insecure-policy', '--src-tls-verify=false', `docker://${env.REF}:1`, target]);
  const { stderr } = await layertool(['push', '-v', env.IMAGE, `${env.REF}:1`]);
  assert.equal(stderr.match(/already there/g)?.length, 3);
  assert.doesNotMatch(stderr, /uploaded/);
});

test('a pipe needs no temporary file', async (t) => {
  if (!peers(t, 'docker-registry', 'strace')) return;
  const host = await registry(t);
  const place = await images(t);
  const env = {
    IMAGE: join(place, 'plain.tar'),
    REF: `${host}/x`,
    TMPDIR: join(place, 'none'),
    TRACE: join(place, 'trace'),
  };
  await bash(
    'cat $IMAGE | strace -f -o $TRACE -e trace=open,openat,creat "$LAYERTOOL_NODE" "$LAYERTOOL_CLI" push - $REF',
    { env },
  );
  const written = readFileSync(env.TRACE, 'utf8')
    .split('\n')
    .filter((line) => /O_WRONLY|O_RDWR|O_CREAT|creat\(/.test(line) && !/\/dev\/|\/proc\/|ENOENT/.test(line));
  assert.deepEqual(written, []);
});

test('docker pulls and runs what came from pipes', async (t) => {
  if (!peers(t, 'root', 'docker', 'dockerd', 'docker-registry', 'go')) return;
  const host = await registry(t);
  const place = await folder(t);
  mkdirSync(join(place, 'hello'));
  writeFileSync(join(place, 'hello/go.mod'), 'module hello\n\ngo 1.18\n');
  writeFileSync(join(place, 'hello/main.go'), 'package main\n\nfunc main() { println("hello from a pipe") }\n');
  const { host: socket } = await docker(t);
  const env = { REF: `${host}/team/hello:1`, HOST: socket };
  const pushed = await bash(
    'cd hello; layertool push <(layertool image <(layertool go .) --entrypoint /usr/local/bin/hello) $REF',
    { cwd: place, env },
  );
  assert.match(pushed.stdout.toString(), /^127\.0\.0\.1:\d+\/team\/hello@sha256:[0-9a-f]{64}\n$/);
  const { stderr } = await bash('docker -H $HOST pull -q $REF >&2; docker -H $HOST run --rm --network none $REF', {
    cwd: place,
    env,
  });
  assert.match(stderr, /hello from a pipe/);
  // And back by our own way.
  await bash('docker -H $HOST rmi $REF; layertool pull $REF | docker -H $HOST load', { env });
  assert.match((await bash('docker -H $HOST run --rm --network none $REF', { env })).stderr, /hello from a pipe/);
});

test('skopeo, podman and crane read what was pulled, and the digest survives', async (t) => {
  if (!peers(t, 'root', 'docker-registry', 'crane', 'skopeo', 'podman')) return;
  const host = await registry(t);
  const place = await images(t);
  const own = ['--root', join(place, 'root'), '--runroot', join(place, 'run'), '--storage-driver', 'vfs'];
  // One is docker's in the registry, the other OCI's.
  for (const image of ['gzip.tar', 'oci.tar']) {
    const ref = `${host}/${image}:1`;
    const digest = (await push(join(place, image), ref)).split('@')[1];
    for (const format of ['docker', 'oci']) {
      const name = `${format}-of-${image}`;
      const archive = join(place, name);
      await layertool(['pull', ref, '--format', format, '-o', archive]);
      const readers = format === 'docker' ? ['docker-archive', 'oci-archive'] : ['oci-archive'];
      for (const reader of readers) {
        await run('skopeo', ['copy', '-q', '--insecure-policy', `${reader}:${archive}`, `dir:${archive}-${reader}`]);
      }
      const loaded = await text('podman', [...own, 'load', '-q', '-i', archive]);
      assert.match(loaded, new RegExp(`${host}/${image}:1`));
      await run('podman', [...own, 'rmi', '-f', ref]);
      assert.equal(
        (await push(archive, `${host}/again:1`)).split('@')[1],
        format === 'oci'
          ? digest
          : (await text('crane', ['push', archive, `${host}/crane:1`]).catch(() => '')).split('@')[1],
      );
      await bash('mkdir $ARCHIVE.d; tar -xf $ARCHIVE -C $ARCHIVE.d', { env: { ARCHIVE: archive } });
      assert.equal((await text('crane', ['push', `${archive}.d`, `${host}/layout:1`])).split('@')[1], digest, name);
    }
  }
});

test('an index made by crane comes back whole, and a pulled base knows its name', async (t) => {
  if (!peers(t, 'docker-registry', 'crane', 'skopeo')) return;
  const host = await registry(t);
  const place = await images(t);
  const env = { HOST: host, PLACE: place };
  await bash(
    `cd $PLACE
     layertool image one.tar --platform linux/arm64 --format oci | layertool push - $HOST/arm:1 >arm
     layertool image one.tar --platform linux/amd64 --format oci | layertool push - $HOST/amd:1 >amd
     crane index append -m $(cat arm) -m $(cat amd) -t $HOST/both:1
     layertool pull --all-platforms $HOST/both:1 | layertool push - $HOST/copy:1`,
    { env },
  );
  assert.equal(await text('crane', ['digest', `${host}/copy:1`]), await text('crane', ['digest', `${host}/both:1`]));
  const { stdout } = await bash(
    `cd $PLACE
     layertool image --base <(layertool pull --platform linux/arm64 $HOST/both:1) two.tar | layertool push - $HOST/app:1 --format oci -v 2>log >pushed
     grep -q mounted log
     layertool image --base <(layertool pull --all-platforms $HOST/both:1) one.tar | tar -xO blobs | grep -aq base.name.*both:1
     crane manifest $HOST/app:1`,
    { env },
  );
  const { annotations } = JSON.parse(stdout.toString());
  assert.equal(annotations['org.opencontainers.image.base.name'], `${host}/both:1`);
  assert.equal(
    annotations['org.opencontainers.image.base.digest'],
    readFileSync(join(place, 'arm'), 'utf8').trim().split('@')[1],
  );
});

/** A docker config in a folder of its own. */
function configured(place: string, config: object): Record<string, string> {
  writeFileSync(join(place, 'config.json'), JSON.stringify(config));
  return { DOCKER_CONFIG: place };
}

const auth = Buffer.from('me:s3cret').toString('base64');

test('a registry that wants a password: from auths, from a helper, and not without', async (t) => {
  if (!peers(t, 'docker-registry', 'crane')) return;
  const place = await images(t);
  const passwords = join(place, 'passwords');
  // The password is s3cret.
  writeFileSync(passwords, 'me:$2b$04$N7tK/n5Gpsh5rcG/noeFCujbf/tmKRybr80VzsJvVLjtB4Kda3vbC\n');
  const host = await registry(t, { auth: { htpasswd: { realm: 'tests', path: passwords } } });
  const image = join(place, 'gzip.tar');
  const none = configured(await folder(t), {});
  const refused = await attempt(process.execPath, [cli, 'push', '-v', image, `${host}/x`], { env: none });
  assert.equal(refused.status, 1);
  assert.match(
    refused.stderr,
    new RegExp(`^layertool push: ${host}: wants credentials, and there are none for it\nhint: docker login ${host}`),
  );
  const known = configured(await folder(t), { auths: { [host]: { auth } } });
  await push(image, `${host}/x:1`, known);
  assert.match(await text('crane', ['digest', `${host}/x:1`], known), /^sha256:/);
  const helpers = await folder(t);
  writeFileSync(
    join(helpers, 'docker-credential-mine'),
    `#!/bin/sh\ncat >/dev/null\necho '{"Username":"me","Secret":"s3cret"}'\n`,
  );
  chmodSync(join(helpers, 'docker-credential-mine'), 0o755);
  const helped = configured(await folder(t), { credHelpers: { [host]: 'mine' } });
  const out = join(place, 'pulled.tar');
  const { stderr } = await layertool(['pull', '-v', `${host}/x:1`, '-o', out], {
    env: { ...helped, PATH: `${helpers}${delimiter}${process.env['PATH']}` },
  });
  assert.doesNotMatch(stderr, /s3cret|bWU6/);
});

test('a registry that wants tokens, which are renewed in mid-push', async (t) => {
  if (!peers(t, 'docker-registry', 'crane', 'openssl')) return;
  const place = await images(t);
  const { auth: wanted, given } = await tokenServer(t, await folder(t), 1);
  const host = await registry(t, { auth: wanted });
  const env = configured(await folder(t), { auths: { [host]: { auth } } });
  const ref = `${host}/team/x:1`;
  await push(join(place, 'plain.tar'), ref, env);
  assert.ok(given.length > 1 && given.every((scope) => scope === 'repository:team/x:pull,push'), given.join());
  // crane 0.22 takes no token server on this machine.
  const out = join(place, 'pulled.tar');
  await layertool(['pull', ref, '-o', out], { env });
  await run('crane', ['validate', '--tarball', out]);
  assert.equal(given.at(-1), 'repository:team/x:pull');
  const wrong = configured(await folder(t), {
    auths: { [host]: { auth: Buffer.from('me:wrong').toString('base64') } },
  });
  const refused = await attempt(process.execPath, [cli, 'pull', '-v', ref, '-o', out], { env: wrong });
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /the credentials for it were refused/);
  assert.doesNotMatch(refused.stderr, /bWU6/);
});

test('a certificate of its own', async (t) => {
  if (!peers(t, 'docker-registry', 'crane', 'openssl')) return;
  const place = await images(t);
  const made = await certificate(await folder(t));
  const host = await registry(t, { tls: made });
  const image = join(place, 'gzip.tar');
  const refused = await attempt(process.execPath, [cli, 'push', image, `${host}/x:1`]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /its certificate is not trusted.*\nhint: SSL_CERT_FILE/);
  const env = { SSL_CERT_FILE: made.certificate };
  const said = await push(image, `${host}/x:1`, env);
  assert.equal(await text('crane', ['digest', `${host}/x:1`], env), said.split('@')[1]);
  assert.equal(await push(image, `${host}/y:1`, { NODE_EXTRA_CA_CERTS: made.certificate }), said.replace('/x@', '/y@'));
  await layertool(['push', '--insecure', image, `${host}/z:1`]);
});

test('connections that are cut, on the way up and on the way down', async (t) => {
  if (!peers(t, 'docker-registry', 'crane')) return;
  const host = await registry(t);
  const place = await images(t);
  const expected = (await push(join(place, 'gzip.tar'), `${host}/straight:1`)).split('@')[1];
  for (const [name, cuts] of [
    ['early', [1000, 2000, 200_000]],
    ['late', [1_500_000, 2_900_000]],
  ] as const) {
    const proxy = await cuttingProxy(t, host, 'up', [...cuts]);
    const said = await push(join(place, 'gzip.tar'), `${proxy}/${name}:1`);
    assert.equal(said, `${proxy}/${name}@${expected}`);
    await run('crane', ['validate', '--remote', `${host}/${name}:1`]);
    const env = {
      IMAGE: join(place, 'plain.tar'),
      REF: `${await cuttingProxy(t, host, 'up', [...cuts])}/pipe-${name}:1`,
    };
    await bash('cat $IMAGE | layertool push - $REF', { env });
    await run('crane', ['validate', '--remote', `${host}/pipe-${name}:1`]);
  }
  const proxy = await cuttingProxy(t, host, 'down', [500_000, 800_000, 100_000]);
  const out = join(place, 'pulled.tar');
  await layertool(['pull', `${proxy}/early:1`, '-o', out]);
  assert.equal((await push(out, `${host}/pulled:1`)).split('@')[1], expected);
});
