import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { parseReference } from '../../lib/image/reference.ts';
import { credentialsFor } from '../../lib/registry/credentials.ts';
import { folder } from '../peers/tools.ts';

const encoded = (text: string) => Buffer.from(text).toString('base64');

/** Sets variables of the environment until the test is over. */
function environment(t: TestContext, variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    process.env[name] = value;
    t.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
}

async function withConfig(t: TestContext, config: object): Promise<string> {
  const place = await folder(t);
  writeFileSync(join(place, 'config.json'), JSON.stringify(config));
  environment(t, { DOCKER_CONFIG: place, REGISTRY_AUTH_FILE: '', XDG_RUNTIME_DIR: '' });
  return place;
}

/** A credential helper on PATH: a shell script that finds what it is asked in $asked. */
async function helper(t: TestContext, name: string, script: string): Promise<string> {
  const place = await folder(t);
  const file = join(place, `docker-credential-${name}`);
  writeFileSync(file, `#!/bin/sh\nread -r asked\necho "$1 $asked" >>'${place}/asked'\n${script}\n`);
  chmodSync(file, 0o755);
  environment(t, { PATH: `${place}${delimiter}${process.env['PATH']}` });
  return join(place, 'asked');
}

const find = (name: string) => credentialsFor(parseReference(name));
const user = (name: string, password: string) => ({ user: { name, password } });

test('credentials are those of the exact host and port', async (t) => {
  await withConfig(t, {
    auths: {
      'r.example': { auth: encoded('one:a:b') },
      'https://r.example:5000/v2/': { auth: encoded('two:2') },
      'https://index.docker.io/v1/': { username: 'hub', password: 'h' },
      'quay.example/team': { auth: encoded('team:t') },
      'quay.example': { auth: encoded('all:a') },
      'token.example': { identitytoken: 'id', auth: encoded('00000000:') },
      'bearer.example': { registrytoken: 'reg' },
      'empty.example': {},
    },
  });
  assert.deepEqual(await find('r.example/x'), user('one', 'a:b'));
  assert.deepEqual(await find('r.example:5000/x'), user('two', '2'));
  assert.equal(await find('r.example:5001/x'), undefined);
  assert.equal(await find('other.r.example/x'), undefined);
  assert.equal(await find('localhost/x'), undefined);
  assert.deepEqual(await find('debian'), user('hub', 'h'));
  assert.deepEqual(await find('quay.example/team/app'), user('team', 't'));
  assert.deepEqual(await find('quay.example/teams/app'), user('all', 'a'));
  assert.deepEqual(await find('token.example/x'), { user: { name: '00000000', password: '' }, identityToken: 'id' });
  assert.deepEqual(await find('bearer.example/x'), { registryToken: 'reg' });
  assert.equal(await find('empty.example/x'), undefined);
});

test('no config is no credentials, and a damaged one is an error', async (t) => {
  const place = await withConfig(t, {});
  assert.equal(await find('r.example/x'), undefined);
  writeFileSync(join(place, 'config.json'), '{');
  await assert.rejects(find('r.example/x'), { input: join(place, 'config.json'), problem: 'is not JSON' });
  environment(t, { DOCKER_CONFIG: join(place, 'none') });
  assert.equal(await find('r.example/x'), undefined);
});

test('what docker does not know, podman may', async (t) => {
  const place = await withConfig(t, { auths: { 'r.example': { auth: encoded('docker:d') } } });
  const auths = { 'r.example': { auth: encoded('podman:p') }, 's.example': { auth: encoded('podman:s') } };
  writeFileSync(join(place, 'auth.json'), JSON.stringify({ auths }));
  environment(t, { REGISTRY_AUTH_FILE: join(place, 'auth.json') });
  assert.deepEqual(await find('r.example/x'), user('docker', 'd'));
  assert.deepEqual(await find('s.example/x'), user('podman', 's'));
});

test('a helper is asked for its hosts, the store for all others', async (t) => {
  await withConfig(t, { credHelpers: { 'r.example:5000': 'one' }, credsStore: 'all' });
  const asked = await helper(t, 'one', `echo '{"ServerURL":"x","Username":"me","Secret":"s3"}'`);
  const stored = await helper(t, 'all', `echo '{"Username":"<token>","Secret":"t0"}'`);
  assert.deepEqual(await find('r.example:5000/x'), user('me', 's3'));
  assert.deepEqual(await find('debian'), { identityToken: 't0' });
  assert.equal(readFileSync(asked, 'utf8'), 'get r.example:5000\n');
  assert.equal(readFileSync(stored, 'utf8'), 'get https://index.docker.io/v1/\n');
});

test('a helper that has none, one that fails, and one that is not there', async (t) => {
  await withConfig(t, {
    credHelpers: { 'none.example': 'none', 'bad.example': 'bad', 'gone.example': 'gone', 'odd.example': 'odd' },
    auths: { 'none.example': { auth: encoded('but:here') } },
  });
  await helper(t, 'none', 'echo "credentials not found in native keychain"; exit 1');
  await helper(t, 'bad', 'echo "s3cret"; exit 3');
  await helper(t, 'odd', 'echo "s3cret"');
  assert.deepEqual(await find('none.example/x'), user('but', 'here'));
  await assert.rejects(find('bad.example/x'), { input: 'docker-credential-bad', problem: 'fails with status 3' });
  await assert.rejects(find('odd.example/x'), {
    input: 'docker-credential-odd',
    problem: 'what it prints is not JSON',
  });
  await assert.rejects(find('gone.example/x'), { input: 'docker-credential-gone', message: /is not on PATH/ });
});
