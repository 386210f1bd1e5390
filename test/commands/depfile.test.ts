import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { shell, tried } from '../command.ts';
import { ociFiles, someLayer } from '../image/archive.ts';
import { folder } from '../peers/tools.ts';
import { wheel } from '../python/wheels.ts';

/** The files that a rule for Make names, in its first line. */
function prerequisites(path: string): string[] {
  const [rule = ''] = readFileSync(path, 'utf8').replaceAll('\\\n', '').split('\n');
  return rule.split(/\s+/).slice(1);
}

test('--depfile names what was read: files, those of a layout and of a directory, but no pipes', async (t) => {
  const cwd = await folder(t);
  mkdirSync(join(cwd, 'tree/sub'), { recursive: true });
  writeFileSync(join(cwd, 'tree/sub/a file'), 'x');
  writeFileSync(join(cwd, 'tree/left.log'), 'x');
  writeFileSync(join(cwd, 'one.tar'), someLayer('one'));
  writeFileSync(join(cwd, 'two.tar'), someLayer('two'));
  writeFileSync(join(cwd, 'demo-1.0-py3-none-any.whl'), wheel());
  writeFileSync(
    join(cwd, 'platform.yaml'),
    'ConsoleShebang: /p\nScheme: {purelib: /p, platlib: /q, headers: /h, scripts: /s, data: /d}\n',
  );
  for (const [name, content] of ociFiles([{ layers: [someLayer('base')] }])) {
    mkdirSync(dirname(join(cwd, 'layout', name)), { recursive: true });
    writeFileSync(join(cwd, 'layout', name), content as Buffer | string);
  }
  const lines: [line: string, files: RegExp][] = [
    ['squash one.tar two.tar', /^one\.tar two\.tar$/],
    ['squash one.tar <(cat two.tar)', /^one\.tar$/],
    ['image --base layout one.tar', /^layout\/index\.json (layout\/blobs\/sha256\/[0-9a-f]{64} ){3}one\.tar$/],
    ['dir --exclude "*.log" tree', /^tree\/sub\/a\\ file$/],
    ['wheel --platform-file platform.yaml demo-1.0-py3-none-any.whl', /^demo-1\.0-py3-none-any\.whl platform\.yaml$/],
    ['inspect one.tar', /^one\.tar$/],
  ];
  for (const [line, files] of lines) {
    const { status, stderr } = await shell(`layertool ${line} -o out -q --depfile out.d`, { cwd });
    assert.deepEqual([status, stderr], [0, ''], line);
    assert.match(prerequisites(join(cwd, 'out.d')).join(' '), files, line);
  }
  const { status, stderr } = await tried(['squash', join(cwd, 'one.tar'), '--depfile', join(cwd, 'x.d')]);
  assert.deepEqual([status, stderr], [2, 'layertool squash: --depfile needs -o FILE, which is what its rule is for\n']);
});
