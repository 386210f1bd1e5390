import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { type Component, components, spdx } from '../bills/bill.ts';
import { bash, folder, layertool, peers, run } from './tools.ts';

/*
 * What independent readers find in the same files: dpkg-query, Python's own importlib.metadata, `go version -m`, npm. And
 * the validators of both formats, in Python.
 */

const text = async (line: string, cwd: string, env: Record<string, string> = {}): Promise<string> =>
  (await bash(line, { cwd, env })).stdout.toString();

const lines = (out: string): string[] => [...new Set(out.split('\n').filter((line) => line !== ''))].sort();

/** `name version` of each of a type. */
const told = (all: readonly Component[], type: string): string[] =>
  [
    ...new Set(
      all.filter(({ purl }) => purl.startsWith(`pkg:${type}/`)).map(({ name, version }) => `${name} ${version}`),
    ),
  ].sort();

async function of(place: string, ...inputs: string[]): Promise<Component[]> {
  await bash(`layertool image -q -o image.tar --compress gzip ${inputs.join(' ')}`, { cwd: place });
  return components((await layertool(['inspect', '--sbom', 'cyclonedx', join(place, 'image.tar')])).stdout);
}

test('bills: the packages of Debian that dpkg-query tells', async (t) => {
  if (!peers(t, 'dpkg-query', 'tar')) return;
  const place = await folder(t);
  await bash('tar -cf debian.tar -C / var/lib/dpkg/status', { cwd: place });
  const all = await of(place, 'debian.tar');
  const query = `dpkg-query --admindir=/var/lib/dpkg -W -f '\${db:Status-Status} \${Package} \${Version}\\n'`;
  const wanted = lines(await text(`${query} | grep -v '^config-files \\|^not-installed ' | cut -d' ' -f2-`, place));
  assert.ok(wanted.length > 50);
  assert.deepEqual(told(all, 'deb'), wanted);
});

test('bills: the packages of Python that importlib.metadata tells', async (t) => {
  if (!peers(t, 'python3', 'tar')) return;
  const place = await folder(t);
  // What Python itself brings, and what is there besides.
  const find = `import importlib.metadata as m, sys
for d in m.distributions():
    files = d.metadata
    print(str(d._path))`;
  const paths = lines((await run('python3', ['-c', find], { cwd: place })).stdout.toString()).filter((path) =>
    /\.(dist|egg)-info$/.test(path),
  );
  if (paths.length === 0) return t.skip('no packages of Python are here');
  writeFileSync(join(place, 'list'), paths.map((path) => `${path.slice(1)}\n`).join(''));
  await bash('tar -cf python.tar -C / -T list', { cwd: place });
  const all = await of(place, 'python.tar');
  const script = `import importlib.metadata as m, pathlib, sys
for line in open('list'):
    d = m.PathDistribution(pathlib.Path('/' + line.rstrip('\\n')))
    print(d.metadata['Name'], d.version)`;
  const wanted = lines((await run('python3', ['-c', script], { cwd: place })).stdout.toString());
  assert.deepEqual(told(all, 'pypi'), wanted);
});

test('bills: the modules of Go programs that go version -m tells, in every layout of a program', async (t) => {
  if (!peers(t, 'go', 'tar')) return;
  const place = await folder(t);
  mkdirSync(join(place, 'lib'));
  writeFileSync(join(place, 'lib/go.mod'), 'module example.test/lib\n\ngo 1.21\n');
  writeFileSync(join(place, 'lib/lib.go'), 'package lib\n\nfunc F() {}\n');
  writeFileSync(
    join(place, 'go.mod'),
    'module example.test/app\n\ngo 1.21\n\nrequire example.test/other v1.2.3\n\nreplace example.test/other v1.2.3 => ./lib\n',
  );
  writeFileSync(join(place, 'main.go'), 'package main\n\nimport lib "example.test/other"\n\nfunc main() { lib.F() }\n');
  const build = (out: string, more: string) =>
    text(`mkdir -p bin; go build -o bin/${out} ${more} .`, place, {
      GOFLAGS: '-mod=mod',
      GOOS: 'linux',
      CGO_ENABLED: '0',
    });
  await build('plain', '');
  await build('stripped', '-ldflags="-s -w -buildid="');
  await build('pie', '-buildmode=pie');
  await bash(
    'GOOS=linux GOARCH=arm CGO_ENABLED=0 go build -o bin/arm . && GOOS=linux GOARCH=s390x CGO_ENABLED=0 go build -o bin/s390x .',
    { cwd: place },
  );
  await bash('tar -cf go.tar bin', { cwd: place });
  const all = await of(place, 'go.tar');
  const version = /go(\S+)/.exec(await text('go version -m bin/plain', place))?.[1];
  assert.deepEqual(told(all, 'golang'), [
    'example.test/app (devel)',
    'example.test/other (devel)',
    `stdlib ${version}`,
  ]);
  for (const one of all) {
    assert.deepEqual(
      one.evidence.occurrences.map(({ location }) => location),
      ['arm', 'pie', 'plain', 's390x', 'stripped'].map((name) => `/bin/${name}`),
    );
  }
});

test('bills: the packages of Node that npm tells', async (t) => {
  if (!peers(t, 'npm', 'tar')) return;
  const place = await folder(t);
  // Those of the checkout, which npm has installed.
  await bash('tar -cf node.tar -C "$(dirname "$LAYERTOOL_CLI")/.." --exclude .cache node_modules package.json', {
    cwd: place,
  });
  const all = await of(place, 'node.tar');
  const query = `cd "$(dirname "$LAYERTOOL_CLI")/.." && npm query '*' 2>/dev/null`;
  const found: { name: string; version: string; location: string }[] = JSON.parse(await text(query, place));
  const wanted = found.filter(({ location }) => location !== '').map(({ name, version }) => `${name} ${version}`);
  assert.deepEqual(told(all, 'npm'), [...new Set(wanted)].sort());
});

test('bills: the validators of both formats take them, and read the same package URLs', async (t) => {
  if (!peers(t, 'uv', 'dpkg-query', 'go', 'tar')) return;
  const place = await folder(t);
  await environment(t, place);
  await bash(
    `mkdir -p w/x-1.dist-info w/node_modules/@a/b; printf 'Name: x\\nVersion: 1+l!2\\nLicense: mine\\nAuthor: A (B) <a@x>\\n\\n' >w/x-1.dist-info/METADATA
     printf '{"url":"https://x.test/w.git","vcs_info":{"vcs":"git","commit_id":"ab"}}' >w/x-1.dist-info/direct_url.json
     printf '{"name":"@a/b","version":"1.0.0","license":"LicenseRef-x OR MIT"}' >w/node_modules/@a/b/package.json
     tar -cf all.tar -C / var/lib/dpkg/status etc/os-release usr/lib/os-release -C "$PWD/w" .
     layertool image -q -o image.tar all.tar
     for f in spdx cyclonedx; do layertool inspect --sbom $f -o image.$f.json image.tar; done`,
    { cwd: place },
  );
  const script = `import json, sys
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
for message in validate_full_spdx_document(parse_file('image.spdx.json')):
    print(message.validation_message)
text = open('image.cyclonedx.json').read()
error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
if error: print(error)
for c in json.loads(text)['components']:
    purl = PackageURL.from_string(c['purl'])
    if purl.to_string() != c['purl'] or purl.version != c['version']: print(c['purl'], purl.to_string())`;
  const { stdout } = await run(join(place, 'venv/bin/python'), ['-c', script], { cwd: place });
  assert.equal(stdout.toString(), '');
  assert.ok(spdx(readFileSync(join(place, 'image.spdx.json'))).packages.length > 50);
});

/** A virtual environment with the validators, from PyPI. */
async function environment(t: TestContext, place: string): Promise<void> {
  t.diagnostic('spdx-tools, cyclonedx-python-lib and packageurl-python come from PyPI');
  await bash(
    "uv venv -q venv && VIRTUAL_ENV=$PWD/venv uv pip install -q 'spdx-tools==0.8.5' 'cyclonedx-python-lib[json-validation]' packageurl-python",
    { cwd: place },
  );
}
