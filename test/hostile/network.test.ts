import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { peers } from '../peers/tools.ts';
import { docker, packed, someLayer } from './images.ts';
import { type Answer, error, registry, uploads } from './replies.ts';
import { assertClean, assertLine, endsBy, world } from './world.ts';

/* The edge towards a network: what registries and credential helpers say, and whether they say anything at all. */

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.on('checkContinue', listener);
  server.on('clientError', (_, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const evil = '\x1b]0;owned\x07\x1b[31m\x9b2J\x7f';

test('network: escape sequences of a registry do not come through, also with -v', async (t) => {
  const { bash } = await world(t);
  let count = 0;
  const once: Answer = () => (count++ === 0 ? error(503, evil) : undefined);
  const again = await serve(
    t,
    registry({ first: (request, response) => (request.url === '/v2/' ? undefined : once(request, response)) }),
  );
  const told = await bash(`layertool pull -v ${again}/demo:1 > out.tar`);
  assert.equal(told.status, 0, told.stderr);
  assertClean(told.stderr);
  const refusing = await serve(t, registry({ manifest: () => error(403, evil) }));
  for (const flags of ['-v', '--progress plain', '-v --progress plain']) {
    const { status, stderr } = await bash(`layertool pull ${flags} ${refusing}/demo:1 > out.tar`);
    assert.equal(status, 1);
    assertClean(stderr.replace(/\n {4}at .*/g, ''));
  }
});

/** A credential helper on PATH that notes what it is asked. */
function helper(cwd: string, script: string): Record<string, string> {
  const bin = join(cwd, 'bin');
  mkdirSync(bin);
  const path = join(bin, 'docker-credential-hand');
  writeFileSync(path, `#!/bin/sh\nread -r asked\necho "$asked" >>'${join(cwd, 'asked')}'\n${script}\n`);
  chmodSync(path, 0o755);
  return { PATH: `${bin}${delimiter}${process.env.PATH}`, DOCKER_CONFIG: cwd };
}

for (const [what, script] of [
  ['many lines on stderr', 'for i in 1 2 3 4 5; do echo "line $i of trouble" >&2; done; exit 1'],
  ['many lines on stdout', 'for i in 1 2 3 4 5; do echo "line $i of trouble"; done; exit 1'],
  ['escape sequences on stderr', `printf '\\033]0;owned\\007\\033[31m\\n' >&2; exit 1`],
  ['no JSON', 'echo hello'],
  ['a line without end', 'yes | tr -d "\\n" | head -c 50000000; exit 1'],
] as const) {
  test(`network: a credential helper that prints ${what} makes one line of error`, async (t) => {
    const { bash, cwd } = await world(t);
    const host = await serve(t, registry());
    const env = helper(cwd, script);
    writeFileSync(join(cwd, 'config.json'), JSON.stringify({ credHelpers: { [host]: 'hand' } }));
    const { status, stderr } = await bash(`layertool pull ${host}/demo:1 > out.tar`, env);
    assert.equal(status, 1);
    assertLine(stderr, 'pull', 'docker-credential-hand');
  });
}

test("network: a credential helper under Docker Hub's old address is found", async (t) => {
  if (!peers(t, 'openssl')) return;
  const { bash, cwd } = await world(t);
  const files = ['-keyout', join(cwd, 'key'), '-out', join(cwd, 'cert')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=x', ...files], {
    stdio: 'ignore',
  });
  const seen: string[] = [];
  const usual = registry();
  const server = createTlsServer(
    { key: readFileSync(join(cwd, 'key')), cert: readFileSync(join(cwd, 'cert')) },
    (request, response) => {
      seen.push(request.headers.authorization ?? '');
      if (request.headers.authorization !== undefined) usual(request, response);
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="hub"' }).end();
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  // Whatever host is asked for, this machine answers: nothing goes out.
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    join(cwd, 'home.mjs'),
    `import dns from 'node:dns';
import net from 'node:net';
dns.lookup = (_, options, done) => (typeof options === 'function' ? options : done)(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (options && options.port == 443) options.port = ${port};
  return connect.apply(this, args);
};
`,
  );
  const env = helper(cwd, `echo '{"Username":"me","Secret":"s"}'`);
  writeFileSync(join(cwd, 'config.json'), JSON.stringify({ credHelpers: { 'https://index.docker.io/v1/': 'hand' } }));
  const { status, stderr } = await bash('layertool pull --insecure docker.io/library/demo:1 > out.tar', {
    ...env,
    NODE_OPTIONS: `--import=${join(cwd, 'home.mjs')}`,
  });
  assert.ok(existsSync(join(cwd, 'asked')), `the helper was not asked: ${stderr}`);
  assert.equal(readFileSync(join(cwd, 'asked'), 'utf8').split('\n')[0], 'https://index.docker.io/v1/');
  assert.deepEqual([status, stderr], [0, '']);
  assert.ok(seen.includes(`Basic ${Buffer.from('me:s').toString('base64')}`));
});

test('network: parallel uploads share a token', async (t) => {
  const { bash, cwd } = await world(t);
  const layers = Array.from({ length: 8 }, (_, at) => someLayer(`layer${at}`));
  writeFileSync(join(cwd, 'many.tar'), packed(docker(layers)));
  // A token that is no longer taken, in the middle of all uploads, is renewed once.
  let valid = 'first';
  let [posts, given] = [0, 0];
  const usual = uploads((request) => {
    if (request.method === 'POST' && ++posts === 3) valid = 'second';
    if (request.headers.authorization === `Bearer ${valid}`) return undefined;
    return error(401, 'who', { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token",service="s"` });
  });
  const host = await serve(t, (request, response) => {
    if (!request.url?.startsWith('/token')) return usual(request, response);
    given++;
    // A token takes its time, in which others may want one.
    setTimeout(() => response.end(JSON.stringify({ token: valid, expires_in: 3600 })), 300);
  });
  const { status, stderr } = await bash(`layertool push many.tar ${host}/demo:1`);
  assert.deepEqual([status, stderr], [0, '']);
  assert.ok(given <= 3, `${given} tokens were asked for where two are enough`);
});

const stall = (): RequestListener => () => {};

/** A registry whose answers for something stop in their middle; `seen` is called for each. */
function stallIn(what: 'manifest' | 'blob' | 'token', seen: () => void): RequestListener {
  const half: Answer = (_, response) => {
    seen();
    response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json', 'content-length': '1000' });
    response.write('{');
    return undefined;
  };
  if (what !== 'token') return registry({ [what]: half });
  const challenge: Answer = (request, response) => {
    if (request.url?.startsWith('/token')) return half(request, response);
    return error(401, 'who', { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` });
  };
  return registry({ first: challenge });
}

test('network: SIGTERM ends the wait for a registry that says nothing', async (t) => {
  const { start } = await world(t);
  const host = await serve(t, stall());
  await endsBy(start(['pull', `${host}/demo:1`, '-o', 'out']), 'SIGTERM');
});

/** As long as a reply may stop in its middle, and a little. */
const PATIENCE = 80_000;

test('network: a reply that stops in its middle is given up', { timeout: PATIENCE + 20_000 }, async (t) => {
  const stalled = async (what: 'manifest' | 'token' | 'blob'): Promise<string> => {
    const { start } = await world(t);
    let count = 0;
    const again = new Promise<string>((resolve) => {
      const seen = () => {
        if (++count === 2) resolve('asked again');
      };
      void serve(t, stallIn(what, seen)).then((host) => {
        const child = start(['pull', `${host}/demo:1`, '-o', 'out']);
        child.on('exit', (status) => resolve(status === 1 ? 'given up' : `ended with ${status}`));
      });
    });
    return `${what}: ${await Promise.race([again, sleep(PATIENCE, `still waiting after ${PATIENCE / 1000} s`, { ref: false })])}`;
  };
  const told = await Promise.all((['manifest', 'token', 'blob'] as const).map(stalled));
  for (const line of told) assert.match(line, /: (asked again|given up)$/, told.join('; '));
});
