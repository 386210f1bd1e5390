import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { run } from '../../lib/commands/command.ts';
import { command } from '../../lib/commands/wheel.ts';
import { tried } from '../command.ts';
import { read } from '../entries.ts';
import { folder, peers } from '../peers/tools.ts';
import { type Named, named, put, pylock, pyPackage, wheelLine } from './locks.ts';

const a = named('a-1.0-py3-none-any');
const b = named('b-1.0-py3-none-any');

async function served(t: TestContext, ...wheels: Named[]): Promise<{ host: string; close(): void }> {
  const server = createServer((request, response) => {
    const wheel = wheels.find(({ file }) => request.url?.endsWith(`/${file}`));
    if (wheel) response.end(wheel.bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  t.after(close);
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { host: `127.0.0.1:${address.port}`, close };
}

/** What direct_url.json says of each project; undefined where there is none. */
async function origins(place: string, lock: string): Promise<Record<string, string | undefined>> {
  writeFileSync(join(place, 'lock'), lock);
  const out = join(place, 'out.tar');
  await run(command, ['--lock', join(place, 'lock'), '--python', '3.12', '--no-cache', '-q', '-o', out]);
  const entries = await read(readFileSync(out));
  const text = (name: string) => entries.find(({ header }) => header.name.endsWith(name))?.content.toString();
  for (const name of ['a', 'b']) assert.equal(text(`/${name}-1.0.dist-info/REQUESTED`), '', `${name} is REQUESTED`);
  return { a: text('/a-1.0.dist-info/direct_url.json'), b: text('/b-1.0.dist-info/direct_url.json') };
}

const direct = ({ sha256 }: Named, url: string) =>
  `{"archive_info": {"hash": "sha256=${sha256}", "hashes": {"sha256": "${sha256}"}}, "url": "${url}"}`;

test('direct_url.json: wheels of an index have none, those of a path or URL of their own have one', async (t) => {
  const place = await folder(t);
  put(join(place, 'wheels'), a, b);
  const { host } = await served(t, a, b);
  const hashes = `hashes = { sha256 = "${b.sha256}" }`;
  const index = pyPackage('a', '1.0', '', wheelLine(a, `url = "http://${host}/x/${a.file}"`));
  assert.deepEqual(
    await origins(
      place,
      pylock(
        '',
        index,
        `[[packages]]\nname = "b"\narchive = { url = "http://me:secret@${host}/b%20c/${b.file}#sha256=0", ${hashes} }\n`,
      ),
    ),
    {
      a: undefined,
      b: direct(b, `http://${host}/b%20c/${b.file}`),
    },
  );
  const byPath = pylock(
    '',
    pyPackage('a', '1.0', '', wheelLine(a)),
    `[[packages]]\nname = "b"\narchive = { path = "wheels/${b.file}", ${hashes} }\n`,
  );
  assert.deepEqual(await origins(place, byPath), { a: undefined, b: direct(b, `file:///${b.file}`) });
  const uv = (
    source: string,
    where: string,
  ) => `version = 1\n[[package]]\nname = "app"\nversion = "0"\nsource = { virtual = "." }\ndependencies = [{ name = "a" }, { name = "b" }]
[[package]]\nname = "a"\nversion = "1.0"\nsource = { registry = "http://${host}/simple" }\nwheels = [{ url = "http://${host}/${a.file}", hash = "sha256:${a.sha256}" }]
[[package]]\nname = "b"\nversion = "1.0"\nsource = { ${source} }\nwheels = [{ ${where}, hash = "sha256:${b.sha256}" }]\n`;
  const url = `http://${host}/${b.file}`;
  assert.deepEqual(await origins(place, uv(`url = "${url}"`, `url = "${url}"`)), { a: undefined, b: direct(b, url) });
  assert.deepEqual(await origins(place, uv(`path = "wheels/${b.file}"`, `filename = "${b.file}"`)), {
    a: undefined,
    b: direct(b, `file:///${b.file}`),
  });
  const requirements = `a @ ${url.replace('b-1.0', 'a-1.0')} --hash=sha256:${a.sha256}\n./wheels/${b.file} --hash=sha256:${b.sha256}\n`;
  assert.deepEqual(await origins(place, requirements), {
    a: direct(a, `http://${host}/${a.file}`),
    b: direct(b, `file:///${b.file}`),
  });
});

test('a lock of a pipe, wheels beside it, and what Make is to look at', async (t) => {
  const place = await folder(t);
  put(join(place, 'wheels'), a, b);
  writeFileSync(join(place, 'lock'), pylock('', pyPackage('a', '1.0', '', wheelLine(a))));
  const both = ['wheel', '--python', '3.12', `wheels/${b.file}`, '--lock'];
  const fromFile = await tried([...both, 'lock', '-q', '-o', 'file.tar', '--depfile', 'd'], { cwd: place });
  assert.equal(fromFile.status, 0, fromFile.stderr);
  const fromPipe = await tried([...both, '-', '-q', '-o', 'pipe.tar'], { cwd: place, stdin: join(place, 'lock') });
  assert.equal(fromPipe.status, 0, fromPipe.stderr);
  assert.ok(readFileSync(join(place, 'file.tar')).equals(readFileSync(join(place, 'pipe.tar'))));
  const rule = readFileSync(join(place, 'd'), 'utf8');
  for (const name of ['lock', `wheels/${a.file}`, `wheels/${b.file}`])
    assert.ok(rule.includes(`\n${name}:`), `${name} in ${rule}`);
});

test('the second run needs no server, and with --no-cache it does', async (t) => {
  const place = await folder(t);
  const { host, close } = await served(t, a);
  writeFileSync(
    join(place, 'lock'),
    pylock('', pyPackage('a', '1.0', '', wheelLine(a, `url = "http://${host}/${a.file}"`))),
  );
  const env = { XDG_CACHE_HOME: join(place, 'cache') };
  const words = ['wheel', '--python', '3.12', '--lock', join(place, 'lock'), '-q'];
  const first = await tried(words, { env });
  assert.equal(first.status, 0, first.stderr);
  close();
  const second = await tried(words, { env });
  assert.deepEqual([second.status, second.stderr], [0, '']);
  assert.ok(first.stdout.equals(second.stdout));
  const third = await tried([...words, '--no-cache'], { env });
  assert.deepEqual([third.status, third.stdout.length], [1, 0]);
  assert.match(
    third.stderr,
    /^layertool wheel: .*\/lock: a-1\.0-py3-none-any\.whl: cannot be brought: 127\.0\.0\.1:[0-9]+: refuses the connection\n/,
  );
});

test('--compile: the same bytes for all of a lock as for its wheels one by one', async (t) => {
  if (!peers(t, 'python3.11')) return;
  const place = await folder(t);
  put(join(place, 'wheels'), a, b);
  writeFileSync(
    join(place, 'lock'),
    pylock('', pyPackage('a', '1.0', '', wheelLine(a)), pyPackage('b', '1.0', '', wheelLine(b))),
  );
  const layer = async (...words: string[]) => {
    const { status, stdout, stderr } = await tried([
      'wheel',
      '--python',
      '3.11',
      '--lock',
      join(place, 'lock'),
      '--compile',
      '-q',
      ...words,
    ]);
    assert.equal(status, 0, stderr);
    return read(stdout);
  };
  const all = await layer();
  assert.equal(all.filter(({ header }) => header.name.endsWith('.pyc')).length, 2);
  const apart = [...(await layer('--only', 'a')), ...(await layer('--only', 'b'))];
  const known = new Map(apart.map(({ header, content }) => [header.name, content.toString('latin1')]));
  for (const { header, content } of all) assert.equal(content.toString('latin1'), known.get(header.name), header.name);
});
