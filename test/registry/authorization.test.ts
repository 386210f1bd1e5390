import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import test, { type TestContext } from 'node:test';
import { retryAfter } from '../../lib/http/failures.ts';
import { push } from '../../lib/push/push.ts';
import { challenges } from '../../lib/registry/challenge.ts';
import type { Credentials } from '../../lib/registry/credentials.ts';
import { dockerArchive, someLayer } from '../image/archive.ts';
import { type Fake, fake, listen } from './fake.ts';
import { piped } from './pushing.ts';

const archive = dockerArchive({ layers: [someLayer('a'), someLayer('b')] });
const me = { user: { name: 'me', password: 's3cret' } };
const basic = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;

async function pushedWith(registry: Fake, credentials: Credentials | undefined): Promise<void> {
  const repository = await registry.open('push', { credentials });
  try {
    await push(piped(archive), repository, { compression: 'gzip' });
  } finally {
    repository.close();
  }
  assert.ok(registry.manifests.has('a/b:1'));
}

type Asked = { method: string; url: URL; authorization: string | undefined; form: URLSearchParams };

/** A registry that wants tokens, and the server that gives them. */
async function tokens(t: TestContext, { lifetime = 300, uses = 1000, answer = {} as object, status = 200 } = {}) {
  const registry = await fake(t);
  const asked: Asked[] = [];
  const valid = new Map<string, number>();
  const server = await listen(t, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const url = new URL(request.url ?? '', 'http://it');
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    asked.push({ method: request.method ?? '', url, authorization: request.headers.authorization, form });
    const token = `t${asked.length}`;
    valid.set(`Bearer ${token}`, uses);
    response.writeHead(status).end(JSON.stringify({ token, expires_in: lifetime, ...answer }));
  });
  let realm = `http://${server}/token`;
  registry.fault = (request: IncomingMessage, response: ServerResponse) => {
    const left = valid.get(request.headers.authorization ?? '') ?? 0;
    if (left > 0) {
      valid.set(request.headers.authorization ?? '', left - 1);
      return false;
    }
    const parts = [`realm="${realm}"`, 'service="the, \\"registry\\""', 'scope="x"', 'error="invalid_token"'];
    response.writeHead(401, { 'www-authenticate': `Bearer ${parts.join(',')}`, connection: 'close' }).end();
    return true;
  };
  return {
    registry,
    asked,
    setRealm: (text: string) => {
      realm = text;
    },
  };
}

test('challenges', () => {
  const read = (text: string) =>
    challenges(text).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
  assert.deepEqual(read('Bearer realm="https://a/t?x=1,2",service="r",scope="repository:a/b:pull,push"'), [
    ['bearer', { realm: 'https://a/t?x=1,2', service: 'r', scope: 'repository:a/b:pull,push' }],
  ]);
  assert.deepEqual(read('Basic realm=plain, Bearer realm="a\\"b" , error = x'), [
    ['basic', { realm: 'plain' }],
    ['bearer', { realm: 'a"b', error: 'x' }],
  ]);
  assert.deepEqual(read('Negotiate'), [['negotiate', {}]]);
  assert.deepEqual(read(''), []);
});

test('Retry-After in seconds and as a date, and no longer than a minute', () => {
  assert.equal(retryAfter('3'), 3000);
  assert.equal(retryAfter('100000'), 60_000);
  assert.equal(retryAfter('soon'), undefined);
  assert.equal(retryAfter(undefined), undefined);
  const date = retryAfter(new Date(Date.now() + 20_000).toUTCString());
  assert.ok(date !== undefined && date > 15_000 && date <= 20_000);
  assert.equal(retryAfter('Thu, 01 Jan 1970 00:00:00 GMT'), 0);
});

test('a token for what is to be done, asked for once', async (t) => {
  const { registry, asked } = await tokens(t);
  await pushedWith(registry, me);
  assert.equal(asked.length, 1);
  const [{ url, authorization, method }] = asked as [Asked];
  assert.equal(method, 'GET');
  assert.equal(authorization, basic);
  assert.equal(url.searchParams.get('service'), 'the, "registry"');
  assert.deepEqual(url.searchParams.getAll('scope'), ['repository:a/b:pull,push']);
});

test('an anonymous token', async (t) => {
  const { registry, asked } = await tokens(t, { answer: { token: undefined, access_token: 't1' } });
  await pushedWith(registry, undefined);
  assert.equal(asked[0]?.authorization, undefined);
});

test('an identity token is posted', async (t) => {
  const { registry, asked } = await tokens(t);
  await pushedWith(registry, { identityToken: 'r3fresh', user: { name: '0', password: '' } });
  const [{ method, form, authorization, url }] = asked as [Asked];
  assert.deepEqual([method, authorization, url.search], ['POST', undefined, '']);
  assert.deepEqual(Object.fromEntries(form), {
    grant_type: 'refresh_token',
    client_id: 'layertool',
    scope: 'repository:a/b:pull,push',
    refresh_token: 'r3fresh',
    service: 'the, "registry"',
  });
});

test('a registry token is shown as it is', async (t) => {
  const registry = await fake(t);
  registry.fault = (request, response) => {
    if (request.headers.authorization === 'Bearer r3g') return false;
    response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://127.0.0.1:1/"' }).end();
    return true;
  };
  await pushedWith(registry, { registryToken: 'r3g' });
});

test('a token is renewed when its time is over', async (t) => {
  const { registry, asked } = await tokens(t, { lifetime: 1 });
  await pushedWith(registry, me);
  assert.ok(asked.length > 3);
});

for (const uses of [1, 2, 3, 5]) {
  test(`a token that is no longer valid after ${uses} requests is renewed in mid-push`, async (t) => {
    const { registry, asked } = await tokens(t, { uses });
    await pushedWith(registry, me);
    assert.ok(asked.length > 1);
  });
}

test('Basic, shown to nobody who does not ask', async (t) => {
  const registry = await fake(t);
  registry.fault = (request, response) => {
    if (request.headers.authorization === basic) return false;
    response.writeHead(401, { 'www-authenticate': 'Basic realm="it"' }).end();
    return true;
  };
  await pushedWith(registry, me);
  assert.equal(registry.seen[0]?.headers.authorization, undefined);
  const open = await fake(t);
  await pushedWith(open, me);
  assert.ok(open.seen.every(({ headers }) => headers.authorization === undefined));
});

/** None of them may say a secret. */
async function refused(registry: Fake, credentials: Credentials | undefined, message: RegExp): Promise<void> {
  await assert.rejects(pushedWith(registry, credentials), (error: Error) => {
    assert.match(error.message, message);
    assert.doesNotMatch(`${error.message} ${error.stack} ${JSON.stringify(error)}`, /s3cret|r3fresh|czNjcmV0/);
    return true;
  });
  assert.equal(registry.manifests.size, 0);
}

test('credentials that are refused, or that there are none of', async (t) => {
  await refused((await tokens(t, { status: 401 })).registry, me, /the credentials for it were refused by 127/);
  await refused((await tokens(t, { status: 403 })).registry, undefined, /wants credentials, and there are none for it/);
  await refused(
    (await tokens(t, { status: 404 })).registry,
    undefined,
    /request for a token was answered by .* with 404/,
  );
  await refused((await tokens(t, { answer: { token: 7 } })).registry, me, /gave no token/);
  await refused((await tokens(t, { answer: { token: 'a\r\nb' } })).registry, me, /gave no token/);
  const registry = await fake(t);
  registry.fault = (_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="it"' }).end();
    return true;
  };
  await refused(registry, me, /the credentials for it were refused/);
  await refused(registry, undefined, /wants credentials, and there are none for it/);
});

test('a realm that is none', async (t) => {
  const { registry, setRealm } = await tokens(t);
  for (const realm of ['', 'nowhere', 'file:///etc/passwd', 'ftp://it/']) {
    setRealm(realm);
    await refused(registry, me, /does not say where tokens are|wants credentials to be sent without TLS/);
  }
});

test('a token server that redirects gets its credentials no farther', async (t) => {
  const { registry, setRealm, asked } = await tokens(t);
  const strangers: (string | undefined)[] = [];
  const token = asked;
  const stranger = await listen(t, (request, response) => {
    strangers.push(request.headers.authorization);
    response.writeHead(403).end();
  });
  const redirecting = await listen(t, (_request, response) => {
    response.writeHead(302, { location: `http://${stranger}/` }).end();
  });
  setRealm(`http://${redirecting}/`);
  await refused(registry, me, /the credentials for it were refused/);
  assert.deepEqual(strangers, [undefined]);
  assert.equal(token.length, 0);
});
