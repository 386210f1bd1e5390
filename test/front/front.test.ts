import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { directoryEntries } from '../../lib/directory/entries.ts';
import { contentOf, drop, gather } from '../../lib/entries/body.ts';
import type { Entry } from '../../lib/entries/entry.ts';
import { buildImage, openImage } from '../../lib/front/image.ts';
import { readLayer, writeLayer } from '../../lib/front/layer.ts';
import { pullImage, pushImage } from '../../lib/front/registry.ts';
import { parseReference } from '../../lib/image/reference.ts';
import { bytesOf, entry, noise, sha256 } from '../entries.ts';
import { opened, someLayer } from '../image/archive.ts';
import { folder } from '../peers/tools.ts';
import { fake } from '../registry/fake.ts';

const layer = () => bytesOf([entry('d/'), entry('d/small', Buffer.from('s')), entry('large', noise(300_000, 1))]);

async function whole(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

test('a layer from a file, a stream and compressed: the same entries, and the same bytes written', async (t) => {
  const cwd = await folder(t);
  const bytes = await layer();
  writeFileSync(join(cwd, 'l.tar'), bytes);
  writeFileSync(join(cwd, 'l.tar.gz'), gzipSync(bytes));
  const out = join(cwd, 'out.tar');
  for (const from of [
    join(cwd, 'l.tar'),
    join(cwd, 'l.tar.gz'),
    Readable.from([bytes]),
    Readable.from([gzipSync(bytes)]),
  ]) {
    const written = await writeLayer(readLayer(from), out);
    assert.deepEqual(readFileSync(out), bytes);
    assert.deepEqual(written, { digest: `sha256:${sha256(bytes)}`, size: bytes.length });
  }
  const names: string[] = [];
  for await (const one of readLayer(Readable.from([bytes]))) {
    names.push(one.header.name);
    drop(one);
  }
  assert.deepEqual(names, ['d/', 'd/small', 'large']);
  await assert.rejects(writeLayer(readLayer(Readable.from([bytes.subarray(0, 2000)])), out), /the stream: is cut off/);
});

test('who reads a body of a layer that is damaged is told why', async () => {
  const packed = gzipSync(await layer());
  for (const [what, bytes, reason] of [
    ['cut off', packed.subarray(0, packed.length - 2000), /^the stream: its gzip stream is cut off$/],
    ['damaged', packed.fill(0xff, packed.length - 3000, packed.length - 2900), /^the stream: /],
  ] as const) {
    const read = async (): Promise<void> => {
      for await (const { body } of readLayer(Readable.from([bytes]))) await gather(contentOf(body), 1e6, 'a body');
    };
    await assert.rejects(read(), { name: 'InputError', message: reason }, what);
  }
});

test('an image is built of files, streams and entries, opened, and read by its paths', async (t) => {
  const cwd = await folder(t);
  mkdirSync(join(cwd, 'site'));
  writeFileSync(join(cwd, 'site/index.html'), 'hello');
  writeFileSync(join(cwd, 'l.tar'), await layer());
  const archive = await whole(
    buildImage({
      layers: [join(cwd, 'l.tar'), Readable.from([gzipSync(someLayer('two'))]), directoryEntries(join(cwd, 'site'))],
      config: { cmd: ['/x'], env: [['A', '1']] },
      tags: ['site'],
      compression: 'gzip',
    }),
  );
  assert.equal((await opened(archive)).layers.length, 3);
  writeFileSync(join(cwd, 'image.tar'), archive);
  for (const from of [join(cwd, 'image.tar'), Readable.from([archive])]) {
    const image = await openImage(from);
    assert.equal(image.name, 'docker.io/library/site:latest');
    assert.deepEqual(image.config['config'], { Cmd: ['/x'], Env: ['A=1'] });
    assert.deepEqual(image.platform, { os: 'linux', architecture: 'amd64' });
    const names: string[] = [];
    for (const { entries, compression } of image.layers) {
      assert.equal(compression, 'gzip');
      for await (const one of entries()) {
        names.push(one.header.name);
        drop(one);
      }
    }
    assert.deepEqual(names, ['d/', 'd/small', 'large', 'two', 'index.html']);
    const page = await image.find('/index.html');
    assert.equal((await gather(contentOf(page?.body), 100, 'page')).toString(), 'hello');
    assert.equal(await image.find('/none'), undefined);
    await image.close();
  }
  const above = await whole(
    buildImage({ base: join(cwd, 'image.tar'), layers: [Readable.from([someLayer('three')])] }),
  );
  assert.equal((await opened(above)).layers.length, 4);
});

test('an image goes to a registry and comes back', async (t) => {
  const registry = await fake(t);
  const reference = `${registry.host}/a/b:1`;
  const { digest, reference: pinned } = await pushImage(
    buildImage({ layers: [Readable.from([await layer()])] }),
    reference,
  );
  assert.equal(pinned, `${registry.host}/a/b@${digest}`);
  assert.equal((await opened(await whole(pullImage(pinned)))).layers.length, 1);
  const image = await openImage(parseReference(reference));
  assert.equal(image.digest, digest);
  assert.equal((await image.find('d/small'))?.header.size, 1);
  await image.close();
});

test('a signal ends every long call', async (t) => {
  const cwd = await folder(t);
  const registry = await fake(t);
  registry.fault = ({ method }, response) => {
    // It never answers: the connection goes with the request.
    if (method === 'PATCH' || method === 'PUT' || method === 'POST') response.on('error', () => {});
    return method !== 'GET' && method !== 'HEAD';
  };
  const stuck = () => new PassThrough();
  const within = () => ({ signal: AbortSignal.timeout(50) });
  const aborted = { name: 'TimeoutError' };
  const reading = async () => {
    for await (const one of readLayer(stuck(), within())) drop(one);
  };
  await assert.rejects(reading(), aborted);
  await assert.rejects(openImage(stuck(), within()), aborted);
  await assert.rejects(whole(buildImage({ layers: [stuck()], ...within() })), aborted);
  const full = new Writable({ highWaterMark: 1, write: () => {} });
  await assert.rejects(writeLayer([entry('x', noise(5_000_000, 1))], full, within()), aborted);
  writeFileSync(join(cwd, 'image.tar'), await whole(buildImage({ layers: [Readable.from([await layer()])] })));
  await assert.rejects(pushImage(join(cwd, 'image.tar'), `${registry.host}/a/b:1`, within()), aborted);
  await assert.rejects(pushImage(stuck(), `${registry.host}/a/b:1`, within()), aborted);
  registry.fault = () => true;
  await assert.rejects(whole(pullImage(`${registry.host}/a/b:1`, within())), aborted);
});

test('bodies of a file can be read when its last entry has long been given', async (t) => {
  const cwd = await folder(t);
  writeFileSync(join(cwd, 'l.tar'), await layer());
  const entries: Entry[] = [];
  for await (const one of readLayer(join(cwd, 'l.tar'))) entries.push(one);
  const last = await gather(contentOf(entries.at(-1)?.body), 1_000_000, 'large');
  assert.equal(sha256(last), sha256(noise(300_000, 1)));
});
