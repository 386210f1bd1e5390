import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { folder, root, run } from '../peers/tools.ts';
import { fake } from '../registry/fake.ts';

/** The packed package, unpacked where a program would have it. */
async function installed(cwd: string): Promise<void> {
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', cwd], {
    cwd: root,
  });
  const modules = join(cwd, 'node_modules');
  mkdirSync(join(modules, 'layertool'), { recursive: true });
  await run('tar', [
    '-xzf',
    join(cwd, stdout.toString().trim()),
    '-C',
    join(modules, 'layertool'),
    '--strip-components=1',
  ]);
  // What the example has of its own: the types of Node, and tar-stream.
  for (const name of [
    '@types',
    'undici-types',
    'tar-stream',
    'streamx',
    'b4a',
    'fast-fifo',
    'text-decoder',
    'events-universal',
    'bare-events',
    'bare-fs',
    'bare-path',
    'bare-url',
    'bare-stream',
    'bare-os',
    'teex',
  ]) {
    const from = join(root, 'node_modules', name);
    if (existsSync(from)) symlinkSync(from, join(modules, name));
  }
}

test('the example of the library is type-checked against the package, and runs', { timeout: 120_000 }, async (t) => {
  const cwd = await folder(t);
  await installed(cwd);
  cpSync(join(root, 'examples/library.ts'), join(cwd, 'library.ts'));
  writeFileSync(join(cwd, 'package.json'), '{"type":"module"}');
  const options = { target: 'es2023', lib: ['es2023'], module: 'nodenext', types: ['node'], strict: true };
  const compilerOptions = { ...options, skipLibCheck: false, exactOptionalPropertyTypes: true };
  writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['library.ts'] }));
  await run(join(root, 'node_modules/.bin/tsc'), ['-p', cwd], { cwd });

  const registry = await fake(t);
  const { stdout } = await run(process.execPath, ['library.js', `${registry.host}/greeting:1`], { cwd });
  const lines = stdout.toString().trim().split('\n');
  assert.match(lines[0]!, /^site\.tar is sha256:[0-9a-f]{64}$/);
  assert.deepEqual(lines.slice(1, 3), [
    'docker.io/library/greeting:1 has 1 layer, and index.html in it has 37 bytes',
    'tar-stream reads notes.txt',
  ]);
  assert.match(lines[3]!, new RegExp(`^pushed ${registry.host}/greeting@sha256:[0-9a-f]{64}$`));
  assert.ok(registry.manifests.has('greeting:1'));
});
