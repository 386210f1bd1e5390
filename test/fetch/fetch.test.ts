import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { readNow } from '../../lib/bytes/place.ts';
import { InputError } from '../../lib/errors.ts';
import { type Fetched, fetcher, type Wanted } from '../../lib/fetch/fetch.ts';
import { parseNetrc } from '../../lib/fetch/netrc.ts';
import { folder } from '../peers/tools.ts';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) & 255));
const sha256 = createHash('sha256').update(content).digest('hex');

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A server on the loopback, and what it was asked. */
async function served(t: TestContext, handler: Handler): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    handler(request, response, asked.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { url: `http://127.0.0.1:${address.port}`, asked };
}

const whole: Handler = (_, response) => response.end(content);

async function fetched(wanted: Partial<Wanted> & { url: string }, cache?: string): Promise<Buffer> {
  const bring = fetcher({ cache, pauses: [1, 1, 1] });
  try {
    const found: Fetched = await bring.fetch({
      name: 'f.whl',
      title: 'f',
      size: content.length,
      hashes: [{ algorithm: 'sha256', hex: sha256 }],
      ...wanted,
    });
    assert.equal(found.sha256, sha256);
    return readNow(found.place);
  } finally {
    await bring.close();
  }
}

const refused = (work: Promise<unknown>, words: RegExp) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof InputError, String(error));
    assert.match(error.message, words);
    return true;
  });

test('a file comes, is kept by its hash, and needs no server the second time', async (t) => {
  const cache = join(await folder(t), 'cache');
  const { url, asked } = await served(t, whole);
  assert.ok((await fetched({ url }, cache)).equals(content));
  assert.ok((await fetched({ url }, cache)).equals(content));
  assert.equal(asked.length, 1);
  assert.deepEqual(readdirSync(cache), ['sha256']);
  assert.ok(readFileSync(join(cache, 'sha256', sha256.slice(0, 2), sha256)).equals(content));
});

test('a file in the cache that is damaged is brought anew', async (t) => {
  const cache = await folder(t);
  const kept = join(cache, 'sha256', sha256.slice(0, 2));
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, sha256), content.subarray(1));
  const { url, asked } = await served(t, whole);
  assert.ok((await fetched({ url }, cache)).equals(content));
  assert.equal(asked.length, 1);
  assert.ok(readFileSync(join(kept, sha256)).equals(content));
});

test('two at once keep one file, and nothing else', async (t) => {
  const cache = join(await folder(t), 'cache');
  const { url } = await served(t, whole);
  const both = await Promise.all([fetched({ url }, cache), fetched({ url }, cache), fetched({ url }, cache)]);
  assert.ok(both.every((bytes) => bytes.equals(content)));
  assert.deepEqual(readdirSync(cache), ['sha256']);
  assert.deepEqual(readdirSync(join(cache, 'sha256', sha256.slice(0, 2))), [sha256]);
});

test('without a cache nothing is kept', async (t) => {
  const cache = join(await folder(t), 'cache');
  const { url } = await served(t, whole);
  assert.ok((await fetched({ url })).equals(content));
  assert.equal(existsSync(cache), false);
});

test('what is another is refused, and not kept', async (t) => {
  const cache = join(await folder(t), 'cache');
  const { url } = await served(t, (_, response) =>
    response.end(Buffer.concat([content.subarray(1), Buffer.from('x')])),
  );
  await refused(fetched({ url }, cache), /^f\.whl: its sha256 is [0-9a-f]{64}, and the lock says/);
  const longer = await served(t, (_, response) => response.end(Buffer.concat([content, content])));
  await refused(
    fetched({ url: longer.url }, cache),
    /^f\.whl: should have 300000 bytes, as the lock says, and has more/,
  );
  const shorter = await served(t, (_, response) => response.end(content.subarray(9)));
  await refused(
    fetched({ url: shorter.url }, cache),
    /^f\.whl: should have 300000 bytes, as the lock says, and has 299991/,
  );
  assert.deepEqual(readdirSync(cache), []);
});

test('a connection that is cut goes on where it was', async (t) => {
  const { url, asked } = await served(t, (request, response, count) => {
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from > 0) response.writeHead(206, { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` });
    else response.writeHead(200, { 'content-length': content.length });
    if (count > 2) response.end(content.subarray(from));
    else response.write(content.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 20));
  });
  assert.ok((await fetched({ url })).equals(content));
  assert.deepEqual(
    asked.map(({ headers }) => headers.range),
    [undefined, 'bytes=100000-', 'bytes=200000-'],
  );
});

test('a server that knows no ranges sends it from its start, and is listened to from there', async (t) => {
  const { url } = await served(t, (_, response, count) => {
    response.writeHead(200, { 'content-length': content.length });
    if (count > 1) response.end(content);
    else response.write(content.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 20));
  });
  assert.ok((await fetched({ url })).equals(content));
});

test('a server that is busy is asked again; one that refuses is not', async (t) => {
  const busy = await served(t, (_, response, count) =>
    count === 1 ? response.writeHead(503).end() : response.end(content),
  );
  assert.ok((await fetched({ url: busy.url })).equals(content));
  const gone = await served(t, (_, response) => response.writeHead(404).end());
  await refused(
    fetched({ url: `${gone.url}/x.whl?key=secret` }),
    /^f\.whl: cannot be brought: .*GET \/x\.whl was answered with 404$/,
  );
  assert.equal(gone.asked.length, 1);
});

test('redirects are followed, and credentials stay with the first host', async (t) => {
  const end = await served(t, whole);
  const start = await served(t, (request, response) => {
    const to = request.url === '/a' ? '/b' : `${end.url}/c`;
    response.writeHead(302, { location: to }).end();
  });
  const url = start.url.replace('http://', 'http://me:pass%20word@');
  assert.ok((await fetched({ url: `${url}/a` })).equals(content));
  const basic = `Basic ${Buffer.from('me:pass word').toString('base64')}`;
  assert.deepEqual(
    start.asked.map(({ headers }) => headers.authorization),
    [basic, basic],
  );
  assert.equal(end.asked[0]?.headers.authorization, undefined);
});

test('redirects that do not end, or lead away from this machine without TLS, are refused', async (t) => {
  const round = await served(t, (_, response) => response.writeHead(302, { location: '/' }).end());
  await refused(fetched({ url: round.url }), /redirects more than 5 times/);
  const away = await served(t, (_, response) => response.writeHead(302, { location: 'http://x.example/' }).end());
  await refused(fetched({ url: away.url }), /goes on without TLS, at http:\/\/x\.example/);
});

test('netrc: the login of the host', async (t) => {
  const place = await folder(t);
  const { url, asked } = await served(t, whole);
  writeFileSync(
    join(place, 'netrc'),
    'machine other login no password no\nmachine 127.0.0.1\n  login me\n  password "p w"\n',
  );
  process.env.NETRC = join(place, 'netrc');
  try {
    await fetched({ url });
  } finally {
    delete process.env.NETRC;
  }
  assert.equal(asked[0]?.headers.authorization, `Basic ${Buffer.from('me:p w').toString('base64')}`);
});

test('netrc: its grammar', () => {
  const text =
    'macdef init\nmachine no login no password no\n\nmachine A login a password b # more\n#machine x login x password x\nmachine c\nuser d\naccount z\npassword "e\\"f"\ndefault login g password h\n';
  assert.deepEqual(
    [...parseNetrc(text)],
    [
      ['a', { user: 'a', password: 'b' }],
      ['c', { user: 'd', password: 'e"f' }],
      ['', { user: 'g', password: 'h' }],
    ],
  );
  assert.deepEqual([...parseNetrc('machine')], []);
});
