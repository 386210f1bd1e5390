import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { parse } from 'yaml';
import { bytesOf } from '../entries.ts';
import { official, program } from '../python/pythons.ts';
import { wheel } from '../python/wheels.ts';
import { layerOf } from '../transforms/stacking.ts';
import { registry } from './registry.ts';
import { attempt, cli, folder, peers, root, run } from './tools.ts';

/*
 * Every recipe of docs/recipes/: its blocks of sh are run, one after another, in a folder with the files that it speaks of,
 * with a registry of this test's own.
 */

const recipes = join(root, 'docs/recipes');

/** The blocks of a page that are in a language. */
function blocks(page: string, language: string): string[] {
  const text = readFileSync(join(recipes, page), 'utf8');
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return Array.from(text.matchAll(fence), ([, block = '']) => block);
}

const go = `package main

import "fmt"

func main() { fmt.Println("hello") }
`;

/** A folder with what the recipes speak of, and a registry with their bases. */
async function prepared(t: TestContext): Promise<{ cwd: string; env: Record<string, string> }> {
  const cwd = await folder(t);
  const host = await registry(t);
  const other = wheel({ name: 'other', files: { 'other/__init__.py': 'y = 2\n' } });
  const hash = createHash('sha256').update(other).digest('hex');
  const lock = `lock-version = "1.0"
created-by = "layertool's test"
[[packages]]
name = "other"
version = "1.0"
[[packages.wheels]]
path = "other-1.0-py3-none-any.whl"
hashes = { sha256 = "${hash}" }
`;
  const files: Record<string, Buffer | string> = {
    'bin/layertool': `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`,
    'site/index.html': '<h1>hello</h1>\n',
    'app.conf': 'port = 8080\n',
    'go.mod': 'module example.test/app\n\ngo 1.20\n',
    'cmd/server/main.go': go,
    'cmd/server/kodata/text': 'data\n',
    'service/__main__.py': 'print("service")\n',
    'demo-1.0-py3-none-any.whl': wheel(),
    'other-1.0-py3-none-any.whl': other,
    'pylock.toml': lock,
    'target/dependency/a.jar': 'jar',
    'target/classes/example/Main.class': 'class',
    'src/main/resources/messages': 'words',
    'target/x86_64-unknown-linux-musl/release/tool': program(62, '/lib/ld-musl-x86_64.so.1'),
    'deploy/server.js': 'console.log(1);\n',
    'deploy/node_modules/left/index.js': 'exports.left = 1;\n',
    'python.layer': await bytesOf(official),
    'base.layer': layerOf('etc/ usr/share/doc/a=1'),
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), content, { mode: path.startsWith('bin/') ? 0o755 : 0o644 });
  }
  const [makefile = ''] = blocks('make.md', 'make');
  writeFileSync(join(cwd, 'Makefile'), makefile);
  const env = {
    PATH: `${join(cwd, 'bin')}:${process.env.PATH}`,
    REGISTRY: `${host}/team`,
    GOFLAGS: '-mod=mod',
    DOCKER_CONFIG: join(cwd, 'nobody'),
    // A name that says nothing of the user's own settings.
    XDG_CACHE_HOME: join(cwd, 'cache'),
  };
  const bases = ['python:1 python', 'base:1 base', 'static:1 base', 'static:2 base'].map((words) => {
    const [name, layer] = words.split(' ');
    const config = name === 'static:2' ? '-l version=2' : '';
    return `layertool push <(layertool image ${layer}.layer ${config}) "$REGISTRY/${name}" >/dev/null`;
  });
  await run('bash', ['-euo', 'pipefail', '-c', bases.join('\n')], { cwd, env });
  return { cwd, env };
}

/** What a recipe builds on that another one has made. */
const before: Record<string, string> = {
  'from-ko-crane-jib.md': 'layertool pull "$REGISTRY/base:1" -o base.tar',
  'gitlab-ci.md': 'layertool pull "$REGISTRY/base:1" -o base.tar',
};

for (const page of readdirSync(recipes).filter((name) => name.endsWith('.md') && name !== 'README.md')) {
  test(`recipe: ${page}`, async (t) => {
    if (!peers(t, 'bash', 'make', 'go', 'docker-registry')) return;
    const { cwd, env } = await prepared(t);
    const parts = blocks(page, 'sh');
    assert.ok(parts.length > 0, 'it has something to run');
    const script = ['set -euo pipefail', before[page] ?? '', ...parts].join('\n');
    const { status, stdout, stderr } = await attempt('bash', ['-c', script], { cwd, env });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
  });
}

test('every recipe is in the list, and the links of all pages lead somewhere', () => {
  const pages = [
    ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].map((name) => join(root, name)),
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(root, 'docs', name)),
  ];
  const list = readFileSync(join(recipes, 'README.md'), 'utf8');
  for (const name of readdirSync(recipes)) assert.ok(name === 'README.md' || list.includes(`(${name})`), name);
  for (const page of pages) {
    for (const [, link = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|#)/.test(link)) continue;
      assert.ok(existsSync(join(dirname(page), link.replace(/#.*/, ''))), `${page}: ${link}`);
    }
  }
});

test('the workflows of CI are right as far as their checkers can tell', async (t) => {
  const [gitlab = ''] = blocks('gitlab-ci.md', 'yaml');
  const jobs: unknown = parse(gitlab);
  assert.ok(typeof jobs === 'object' && jobs !== null && 'image' in jobs);
  const action: unknown = parse(readFileSync(join(root, 'action.yml'), 'utf8'));
  assert.ok(typeof action === 'object' && action !== null && 'runs' in action);
  if (!peers(t, 'actionlint')) return;
  const cwd = await folder(t);
  for (const [at, block] of blocks('github-actions.md', 'yaml').entries()) writeFileSync(join(cwd, `${at}.yml`), block);
  await run('actionlint', ['-no-color', ...readdirSync(cwd).map((name) => join(cwd, name))]);
});
