import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { noise, sha256 } from '../entries.ts';
import { dockerArchive } from '../image/archive.ts';
import { random } from '../peers/random.ts';
import { cli, each, folder } from '../peers/tools.ts';
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
);

test(`killed at ${MOMENTS} random moments, a command leaves nothing behind (seed ${seed})`, {
  timeout: 300_000,
}, async (t) => {
  t.diagnostic(`seed ${seed}`);
  const cwd = await folder(t);
  writeFileSync(join(cwd, 'l.tar'), layer);
  writeFileSync(join(cwd, 'l.tar.gz'), gzipSync(layer, { level: 1 }));
  writeFileSync(join(cwd, 'image.tar'), dockerArchive({ layers: [gzipSync(layer, { level: 1 })] }));
  writeFileSync(join(cwd, 'demo-1.0-py3-none-any.whl'), wheel({ files: { 'demo/large.bin': noise(4_000_000, 2) } }));
  mkdirSync(join(cwd, 'tree'));
  for (let at = 0; at < 300; at++) writeFileSync(join(cwd, 'tree', `f${at}`), `${at}`.repeat(300));
  const registry = await fake(t);
  const commands = [
    ['squash', 'l.tar', 'l.tar.gz'],
    ['image', '--base', 'image.tar', 'l.tar.gz', '--compress', 'gzip'],
    ['wheel', '--python', '3.12', 'demo-1.0-py3-none-any.whl'],
    ['dir', 'tree'],
    ['inspect', 'image.tar'],
    ['push', 'image.tar', `${registry.host}/a/b:1`],
    ['pull', `${registry.host}/a/b:1`],
  ];
  await each(commands, async (words, number) => {
    const dice = random(seed + number);
    const place = join(cwd, `${number}`);
    mkdirSync(place);
    const run = (): ReturnType<typeof spawn> =>
      spawn(process.execPath, [cli, ...words, '-q', '-o', join(place, 'out')], {
        cwd,
        env: { ...process.env, TMPDIR: temporary },
        stdio: 'ignore',
      });
    const temporary = join(cwd, `tmp${number}`);
    mkdirSync(temporary);
    const start = performance.now();
    const [status] = await once(run(), 'exit');
    assert.equal(status, 0, words.join(' '));
    const length = performance.now() - start;
    const whole = sha256(readFileSync(join(place, 'out')));
    for (let moment = 0; moment < MOMENTS; moment++) {
      rmSync(place, { recursive: true });
      mkdirSync(place);
      const signal = signals[moment % signals.length]!;
      const child = run();
      const timer = setTimeout(() => child.kill(signal), dice.below(Math.ceil(length)));
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
      assert.deepEqual(readdirSync(temporary), [], what);
    }
  });
});
