import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { goProgram } from '../bills/programs.ts';
import { noise, sha256 } from '../entries.ts';
import { dockerArchive } from '../image/archive.ts';
import { named, pylock, pyPackage, wheelLine } from '../lock/locks.ts';
import { random } from '../peers/random.ts';
import { cli, each, folder, peers, run } from '../peers/tools.ts';
import { wheel } from '../python/wheels.ts';
import { fake } from '../registry/fake.ts';
import { archive, file } from '../tar/blocks.ts';

const seed = Number(process.env.LAYERTOOL_SEED ?? 1);
/** So many moments of each command. */
const MOMENTS = 100;
const signals = ['SIGKILL', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const layer = archive(
  ...Array.from({ length: 400 }, (_, at) => file(`${at}`.repeat(500), { name: `d${at % 7}/f${at}` })),
  file(noise(3_000_000, 1).toString('latin1'), { name: 'large' }),
  // A program that flows by has a temporary file for a while.
  file(goProgram('go1.22', 'mod\tx.test/y\t(devel)\t\n', { padding: 2_000_000 }).toString('latin1'), {
    name: 'program',
  }),
);

/** A folder with an input of each kind. */
async function given(t: TestContext): Promise<string> {
  const cwd = await folder(t);
  writeFileSync(join(cwd, 'l.tar'), layer);
  writeFileSync(join(cwd, 'l.tar.gz'), gzipSync(layer, { level: 1 }));
  writeFileSync(join(cwd, 'image.tar'), dockerArchive({ layers: [gzipSync(layer, { level: 1 })] }));
  writeFileSync(join(cwd, 'demo-1.0-py3-none-any.whl'), wheel({ files: { 'demo/large.bin': noise(4_000_000, 2) } }));
  mkdirSync(join(cwd, 'tree'));
  for (let at = 0; at < 300; at++) writeFileSync(join(cwd, 'tree', `f${at}`), `${at}`.repeat(300));
  return cwd;
}

test(`killed at ${MOMENTS} random moments, a command leaves nothing behind (seed ${seed})`, {
  timeout: 900_000,
}, async (t) => {
  const cwd = await given(t);
  const registry = await fake(t);
  await kill(t, cwd, [
    ['squash', 'l.tar', 'l.tar.gz'],
    ['image', '--base', 'image.tar', 'l.tar.gz', '--compress', 'gzip'],
    ['wheel', '--python', '3.12', 'demo-1.0-py3-none-any.whl'],
    ['dir', 'tree'],
    ['inspect', 'image.tar'],
    ['inspect', '--sbom', 'spdx', 'image.tar'],
    ['inspect', '--html', 'image.tar'],
    ['push', 'image.tar', `${registry.host}/a/b:1`],
    ['push', 'image.tar', `${registry.host}/a/c:1`, '--attach', 'application/x=l.tar'],
    ['pull', `${registry.host}/a/b:1`],
  ]);
});

test(`nor does one that edits, combines or compares, killed at ${MOMENTS} random moments (seed ${seed})`, {
  timeout: 900_000,
}, async (t) => {
  await kill(t, await given(t), [
    ['index', 'image.tar'],
    ['rebase', 'image.tar', '--from', 'image.tar', '--onto', 'image.tar'],
    ['file', 'l.tar:/a', 'image.tar'],
    ['filter', '--delete', 'large', '--chmod', 'a+r', 'l.tar.gz'],
    ['export', 'image.tar'],
    ['diff', 'l.tar', 'l.tar.gz', '--ignore', 'compression'],
  ]);
});

test(`nor does go build, killed at ${MOMENTS} random moments (seed ${seed})`, { timeout: 900_000 }, async (t) => {
  if (!peers(t, 'go')) return;
  const cwd = await folder(t);
  mkdirSync(join(cwd, 'module'));
  writeFileSync(join(cwd, 'module', 'go.mod'), 'module example.test/one\n\ngo 1.21\n');
  writeFileSync(join(cwd, 'module', 'main.go'), 'package main\n\nfunc main() { println("one") }\n');
  await kill(t, cwd, [['go', '-C', 'module', '.']]);
});

test(`nor does a lock whose wheels are brought (seed ${seed})`, { timeout: 900_000 }, async (t) => {
  const cwd = await folder(t);
  const wheels = ['a', 'b', 'c'].map((name) => named(`${name}-1.0-py3-none-any`, { large: noise(2_000_000, 3) }));
  const server = createServer((request, response) => {
    response.end(wheels.find(({ file }) => request.url === `/${file}`)?.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const host = typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : '';
  const listed = wheels.map((wheel) => {
    return pyPackage(wheel.file.charAt(0), '1.0', '', wheelLine(wheel, `url = "http://${host}/${wheel.file}"`));
  });
  writeFileSync(join(cwd, 'lock'), pylock('', ...listed));
  const dice = random(seed);
  for (let moment = 0; moment < 30; moment++) {
    const words = ['wheel', '--python', '3.12', '--lock', 'lock', '-q', '-o', 'out'];
    const env = { ...process.env, XDG_CACHE_HOME: cwd };
    const child = spawn(process.execPath, [cli, ...words], { cwd, env, stdio: 'ignore' });
    const timer = globalThis.setTimeout(() => child.kill(signals[moment % signals.length]), 100 + dice.below(900));
    await once(child, 'exit');
    clearTimeout(timer);
    if (!existsSync(join(cwd, 'layertool'))) continue;
    const left = () => readdirSync(join(cwd, 'layertool')).filter((name) => name !== 'sha256');
    for (let waited = 0; left().length > 0; waited++) {
      assert.ok(waited < 100, `moment ${moment}: ${left()}`);
      await setTimeout(50);
    }
    for (const wheel of wheels) {
      const path = join(cwd, 'layertool/sha256', wheel.sha256.slice(0, 2), wheel.sha256);
      if (existsSync(path)) assert.ok(readFileSync(path).equals(wheel.bytes), 'what is kept is whole');
    }
    if (moment % 5 === 4) rmSync(join(cwd, 'layertool'), { recursive: true });
  }
});

test(`nor does Python, compiling (seed ${seed})`, { timeout: 900_000 }, async (t) => {
  if (!peers(t, 'python3')) return;
  const cwd = await folder(t);
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`demo/m${at}.py`, python(at)]));
  writeFileSync(join(cwd, 'demo-1.0-py3-none-any.whl'), wheel({ files }));
  const { stdout } = await run('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
  await kill(t, cwd, [['wheel', '--python', stdout.toString().trim(), '--compile', 'demo-1.0-py3-none-any.whl']]);
});

/** Ends each command in every way at many moments. */
async function kill(t: TestContext, cwd: string, commands: string[][]): Promise<void> {
  t.diagnostic(`seed ${seed}`);
  await each(commands, async (words, number) => {
    const dice = random(seed + number);
    const place = join(cwd, `${number}`);
    mkdirSync(place);
    const start = (): ReturnType<typeof spawn> =>
      spawn(process.execPath, [cli, ...words, '-q', '-o', join(place, 'out')], {
        cwd,
        env: { ...process.env, TMPDIR: temporary },
        stdio: 'ignore',
      });
    const temporary = join(cwd, `tmp${number}`);
    mkdirSync(temporary);
    const began = performance.now();
    const [status] = await once(start(), 'exit');
    assert.equal(status, 0, words.join(' '));
    const length = performance.now() - began;
    const whole = sha256(readFileSync(join(place, 'out')));
    for (let moment = 0; moment < MOMENTS; moment++) {
      rmSync(place, { recursive: true });
      mkdirSync(place);
      const signal = signals[moment % signals.length]!;
      const child = start();
      const timer = globalThis.setTimeout(() => child.kill(signal), dice.below(Math.ceil(length)));
      const [code, last] = await once(child, 'exit');
      clearTimeout(timer);
      const what = `${words.join(' ')}, ${signal} at moment ${moment}`;
      assert.ok(code === 0 || last === signal, `${what}: ${code} ${last}`);
      // What is beside the output stays where nothing can remove it any more.
      const left = readdirSync(place).filter(
        (name) => name !== 'out' && !(signal === 'SIGKILL' && name.startsWith('.out.')),
      );
      assert.deepEqual(left, [], what);
      if (existsSync(join(place, 'out'))) assert.equal(sha256(readFileSync(join(place, 'out'))), whole, what);
      // Where a guard removes the directory of another program, it first ends that.
      for (let waited = 0; readdirSync(temporary).length > 0; waited++) {
        assert.ok(waited < 100, `${what}: ${readdirSync(temporary)}`);
        await setTimeout(50);
      }
    }
    assert.deepEqual(readdirSync(temporary), [], 'nothing came back');
  });
}

/** A module that takes Python a while to compile. */
function python(number: number): string {
  return Array.from({ length: 300 }, (_, at) => `def f${at}(x):\n    return x + ${at * number}\n`).join('');
}
