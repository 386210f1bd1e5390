import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { goProgram } from '../bills/programs.ts';
import { noise, sha256 } from '../entries.ts';
import { dockerArchive } from '../image/archive.ts';
import { pylock, pyPackage, wheelLine } from '../lock/locks.ts';
import { wheel } from '../python/wheels.ts';
import { fake } from '../registry/fake.ts';
import { archive, file } from '../tar/blocks.ts';
import { attempt, cli, folder, peers } from './tools.ts';

/** What a control group may use, its page cache included, in bytes. */
const LIMIT = 64 * 1024 * 1024;

/** A control group with a bound on its memory; undefined where none can be made. */
function controlGroup(t: TestContext): string | undefined {
  const hierarchies = [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max'],
  ] as const;
  for (const [root, limit] of hierarchies) {
    const group = join(root, `layertool-test-${process.pid}`);
    try {
      mkdirSync(group);
      t.after(() => rmdirSync(group));
      if (!existsSync(join(group, limit))) continue;
      writeFileSync(join(group, limit), String(LIMIT));
      return group;
    } catch {
      // This hierarchy is not there, or may not be changed.
    }
  }
  return undefined;
}

test('every command finishes in a control group of 64 MB', { timeout: 240_000 }, async (t) => {
  if (!peers(t, 'root')) return;
  const group = controlGroup(t);
  if (group === undefined) return t.skip('missing: a control group with a bound on memory');
  const cwd = await folder(t);
  const text = noise(30_000, 1).toString('latin1');
  const layer = (seed: number) =>
    archive(
      ...Array.from({ length: 1500 }, (_, at) =>
        file(`${at}${text}`.slice(0, 30_000), { name: `${seed}/d${at % 40}/f${at}` }),
      ),
      file(noise(20_000_000, seed).toString('latin1'), { name: `large${seed}` }),
      file(goProgram('go1.22', 'mod\tx.test/y\t(devel)\t\n', { padding: 20_000_000 }).toString('latin1'), {
        name: 'program',
      }),
    );
  const layers = [layer(1), layer(2)];
  for (const [at, bytes] of layers.entries()) writeFileSync(join(cwd, `${at}.tar`), bytes);
  writeFileSync(join(cwd, 'zipped.tar.gz'), gzipSync(layers[0]!, { level: 1 }));
  writeFileSync(join(cwd, 'image.tar'), dockerArchive({ layers }));
  writeFileSync(
    join(cwd, 'zipped.tar'),
    dockerArchive({ layers: layers.map((bytes) => gzipSync(bytes, { level: 1 })) }),
  );
  const files = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`demo/f${at}.bin`, noise(5_000_000, at)]));
  const demo = wheel({ files });
  writeFileSync(join(cwd, 'demo-1.0-py3-none-any.whl'), demo);
  const modules = Array.from({ length: 12_000 }, (_, at) => [`crowd/d${at % 300}/m${at}.py`, `x = ${at}\n`.repeat(99)]);
  writeFileSync(join(cwd, 'crowd-1.0-py3-none-any.whl'), wheel({ name: 'crowd', files: Object.fromEntries(modules) }));
  const locked = { file: 'demo-1.0-py3-none-any.whl', bytes: demo, sha256: sha256(demo) };
  const listed = wheelLine(locked, 'path = "demo-1.0-py3-none-any.whl"');
  writeFileSync(join(cwd, 'lock'), pylock('', pyPackage('demo', '1.0', '', listed)));
  mkdirSync(join(cwd, 'tree'));
  for (let at = 0; at < 2000; at++) writeFileSync(join(cwd, 'tree', `f${at}`), text);
  writeFileSync(join(cwd, 'tree/large'), noise(40_000_000, 9));
  const registry = await fake(t);

  for (const line of [
    'squash 0.tar 1.tar',
    'squash zipped.tar.gz 1.tar',
    'squash <(cat 0.tar) <(cat 1.tar)',
    'image --base image.tar 0.tar',
    'image --compress gzip 0.tar 1.tar',
    'image --base <(cat zipped.tar) <(cat 1.tar)',
    'export image.tar',
    'export zipped.tar',
    'export --layer 2 <(cat zipped.tar)',
    'diff --ignore compression 0.tar zipped.tar.gz',
    'diff --flat image.tar <(cat zipped.tar)',
    'index image.tar',
    'rebase --from image.tar --onto zipped.tar image.tar',
    'index <(cat zipped.tar)',
    'inspect zipped.tar',
    'inspect --sbom spdx zipped.tar',
    'inspect --sbom cyclonedx <(cat zipped.tar.gz)',
    'inspect --html zipped.tar',
    'inspect --list zipped.tar.gz',
    'wheel --python 3.12 demo-1.0-py3-none-any.whl',
    'wheel --python 3.12 <(cat demo-1.0-py3-none-any.whl)',
    'wheel --python 3.12 crowd-1.0-py3-none-any.whl',
    'wheel --python 3.12 --lock lock',
    'filter --delete "large*" --chmod go-w 0.tar',
    'filter --keep d1 --rename s,^1/,2/, <(cat zipped.tar.gz)',
    'dir tree',
    'file tree/large 0.tar:/srv/',
    'file <(cat tree/large):/a <(cat 0.tar):/b',
    `push image.tar ${registry.host}/a/b:1`,
    `push zipped.tar ${registry.host}/a/c:1`,
    `push zipped.tar ${registry.host}/a/e:1 --attach application/x=<(cat image.tar)`,
    `push <(cat zipped.tar) ${registry.host}/a/d:1`,
    `pull ${registry.host}/a/c:1`,
  ]) {
    const command = `echo $$ > '${group}/cgroup.procs'; '${process.execPath}' '${cli}' ${line} -q > out`;
    const { status, stderr } = await attempt('bash', ['-c', command], { cwd });
    assert.deepEqual([status, stderr], [0, ''], line);
  }
});
