import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { shell, tried } from '../command.ts';
import { dockerArchive, files, ociFiles } from '../image/archive.ts';
import { item, whiteout } from '../peers/layer.ts';
import { attempt, cli, folder } from '../peers/tools.ts';
import { type Component, components, layerOf, spdx, told } from './bill.ts';
import { file, layer, nodeInfo, status, wheelInfo } from './layers.ts';
import { type Form, goProgram } from './programs.ts';

const site = 'usr/lib/python3/site-packages';

type Told = { all: Component[]; stderr: string; at(purl: string): Component; json: string; spdxJson: string };

/** What is told of an image of layers, the same whether they are compressed or not. */
async function bills(t: TestContext, ...layers: Buffer[]): Promise<Told> {
  const place = await folder(t);
  const plain = await run(place, 'plain.tar', layers);
  const packed = await run(
    place,
    'packed.tar',
    layers.map((bytes) => gzipSync(bytes)),
  );
  assert.equal(packed.json, plain.json, 'compressed');
  assert.equal(packed.spdxJson, plain.spdxJson, 'compressed');
  assert.equal(packed.stderr.replaceAll('packed.tar', 'plain.tar'), plain.stderr);
  return plain;
}

async function run(place: string, name: string, layers: Buffer[]): Promise<Told> {
  writeFileSync(join(place, name), dockerArchive({ layers }));
  const asked = async (format: string) => {
    const done = await attempt(process.execPath, [cli, 'inspect', '--sbom', format, name], { cwd: place });
    assert.equal(done.status, 0, done.stderr);
    return done;
  };
  const cyclonedx = await asked('cyclonedx');
  const other = await asked('spdx');
  assert.equal(other.stderr, cyclonedx.stderr);
  const all = components(cyclonedx.stdout);
  const purls = spdx(other.stdout).packages.flatMap(({ externalRefs = [] }) =>
    externalRefs
      .filter(({ referenceType }) => referenceType === 'purl')
      .map(({ referenceLocator }) => referenceLocator),
  );
  assert.deepEqual(
    purls,
    all.map(({ purl }) => purl),
    'both formats tell of the same packages',
  );
  const at = (purl: string) => {
    const found = all.find((one) => one.purl === purl);
    assert.ok(found, `${purl} is among ${purls.join(', ')}`);
    return found;
  };
  return {
    all,
    stderr: cyclonedx.stderr,
    at,
    json: cyclonedx.stdout.toString(),
    spdxJson: other.stdout.toString(),
  };
}

test('bills: packages of Debian, with the epoch, the architecture and the distribution', async (t) => {
  const list = status(
    ['libstdc++6', '1:12.2.0~rc1-14+b1'],
    ['gone', '1.0', 'Status: deinstall ok config-files\n'],
    ['half', '2.0', 'Status: install ok unpacked\nSource: whole (3:1.9)\nMaintainer: Jörg <j@example.test>\n'],
  );
  const { all, at } = await bills(
    t,
    layer(
      file('var/lib/dpkg/status', list),
      file('usr/lib/os-release', 'NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n'),
      item('symlink', 'etc/os-release', { target: '../usr/lib/os-release' }),
      file('var/lib/dpkg/status.d/base', 'Package: base-files\nVersion: 12\nArchitecture: all\n'),
      file('var/lib/dpkg/status.d/base.md5sums', '00  x\n'),
    ),
  );
  assert.deepEqual(told(all).sort(), ['deb base-files 12 1', 'deb half 2.0 1', 'deb libstdc++6 1:12.2.0~rc1-14+b1 1']);
  at('pkg:deb/debian/libstdc%2B%2B6@1:12.2.0~rc1-14%2Bb1?arch=amd64&distro=debian-12');
  const half = at('pkg:deb/debian/half@2.0?arch=amd64&distro=debian-12');
  assert.deepEqual(half.authors, [{ name: 'Jörg' }]);
  assert.equal(half.properties.find(({ name }) => name === 'layertool:source')?.value, 'whole 3:1.9');
});

test('bills: packages of Alpine, below a symlink', async (t) => {
  const { at } = await bills(
    t,
    layer(
      item('symlink', 'lib', { target: 'usr/lib' }),
      file(
        'usr/lib/apk/db/installed',
        'C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\no:musl\nm:Some One <s@example.test>\nF:lib\nR:ld\n\nP:odd\nV:1\nL:custom of mine\n\n',
      ),
      file('etc/os-release', "ID=alpine\nVERSION_ID='3.20.1'\n"),
    ),
  );
  assert.deepEqual(at('pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.1').licenses, [
    { license: { id: 'MIT' } },
  ]);
  assert.deepEqual(at('pkg:apk/alpine/odd@1?distro=alpine-3.20.1').licenses, [{ license: { name: 'custom of mine' } }]);
});

test('bills: packages of Python: licences, where they are from, and what is inside', async (t) => {
  const info = (name: string) => `${site}/${name}-1.dist-info`;
  const inner = JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { type: 'library', name: 'whole', version: '1', purl: 'pkg:pypi/whole@1' } },
    components: [
      { type: 'library', name: 'openssl', version: '3.0.1', purl: 'pkg:rpm/almalinux/openssl@3.0.1?arch=x86_64' },
      { type: 'library', name: 'zlib', version: '1.3', components: [{ type: 'library', name: 'deep', version: '2' }] },
      { type: 'file', name: 'libz.so' },
    ],
  });
  const other = JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    packages: [
      {
        name: 'ring',
        versionInfo: '0.17',
        externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:cargo/ring@0.17' }],
        licenseDeclared: 'ISC',
      },
    ],
  });
  const { all, at, spdxJson } = await bills(
    t,
    layer(
      wheelInfo(site, 'whole', '1', 'License-Expression: mit and (Apache-2.0 or LicenseRef-own)\nLicense: x\n'),
      file(
        `${info('whole')}/direct_url.json`,
        '{"url":"https://u:secret@example.test/w.git","vcs_info":{"vcs":"git","commit_id":"abc123"}}',
      ),
      wheelInfo(site, 'text_only', '1', 'License: See the\n        licence file\nAuthor: José \xe9\n'),
      wheelInfo(site, 'Zope.Thing', '1', 'License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n'),
      file(`${info('Zope.Thing')}/direct_url.json`, '{"url":"file:///src/zope"}'),
      file(`${site}/old.egg-info/PKG-INFO`, 'Name: old\nVersion: 0.1+local\n'),
      file(`${site}/flat-1.egg-info`, 'Metadata-Version: 1.0\nName: flat\nVersion: 1\n'),
    ),
    layer(file(`${info('whole')}/sboms/a.cdx.json`, inner), file(`${info('whole')}/sboms/b.spdx.json`, other)),
  );
  assert.deepEqual(told(all), [
    'cargo ring 0.17 1',
    'generic deep 2 1',
    'generic zlib 1.3 1',
    'pypi flat 1 1',
    'pypi old 0.1+local 1',
    'pypi text_only 1 1',
    'pypi whole 1 1',
    'pypi Zope.Thing 1 1',
    'rpm openssl 3.0.1 1',
  ]);
  assert.deepEqual(at('pkg:pypi/whole@1').licenses, [{ expression: 'MIT AND (Apache-2.0 OR LicenseRef-own)' }]);
  assert.deepEqual(at('pkg:pypi/whole@1').externalReferences, [
    { type: 'vcs', url: 'https://example.test/w.git', comment: 'commit abc123' },
  ]);
  assert.deepEqual(at('pkg:pypi/text-only@1').licenses, [{ license: { name: 'See the licence file' } }]);
  assert.deepEqual(at('pkg:pypi/zope.thing@1').licenses, [{ license: { name: 'MIT License' } }]);
  at('pkg:pypi/old@0.1%2Blocal');
  const document = spdx(Buffer.from(spdxJson));
  const named = new Map(document.packages.map((one) => [one.name, one]));
  assert.equal(named.get('whole')?.downloadLocation, 'git+https://example.test/w.git@abc123');
  assert.equal(named.get('Zope.Thing')?.downloadLocation, 'file:///src/zope');
  const reference = named.get('text_only')?.licenseDeclared;
  assert.equal(
    document.hasExtractedLicensingInfos?.find(({ licenseId }) => licenseId === reference)?.extractedText,
    'See the licence file',
  );
  const inside = document.relationships.filter(({ spdxElementId }) => spdxElementId === named.get('whole')?.SPDXID);
  assert.equal(inside.length, 4, 'what the wheel has inside');
});

test('bills: packages of Node are roots of packages alone', async (t) => {
  const { all, at } = await bills(
    t,
    layer(
      nodeInfo('app', 'plain', '1.0.0', { license: 'Apache-2.0', author: { name: 'A' } }),
      nodeInfo('app', '@some/scoped', '2.0.0', { licenses: [{ type: 'MIT' }, { type: 'ISC' }] }),
      nodeInfo('app/node_modules/plain', 'JSONStream', '3.0.0', { license: 'SEE LICENSE IN x', author: 'B <b@x>' }),
      file('app/node_modules/plain/esm/package.json', '{"name":"not-a-root","version":"1.0.0"}'),
      file('app/node_modules/.cache/package.json', '{"name":"cache","version":"1.0.0"}'),
      file('app/package.json', '{"name":"app","version":"9.0.0"}'),
      // As pnpm does it: a file of its store under another name, and symlinks.
      file('store/ab', '{"name":"stored","version":"4.0.0"}'),
      item('link', 'app/node_modules/.pnpm/stored@4.0.0/node_modules/stored/package.json', { target: 'store/ab' }),
      item('symlink', 'app/node_modules/stored', { target: '.pnpm/stored@4.0.0/node_modules/stored' }),
      item('symlink', 'app/node_modules/linked', { target: '../../packages/linked' }),
      file('packages/linked/package.json', '{"name":"linked","version":"5.0.0"}'),
      item('symlink', 'other/node_modules', { target: '../modules' }),
      file('modules/@a/b/package.json', '{"name":"@a/b","version":"6.0.0"}'),
    ),
  );
  assert.deepEqual(told(all).sort(), [
    'npm @a/b 6.0.0 1',
    'npm @some/scoped 2.0.0 1',
    'npm JSONStream 3.0.0 1',
    'npm linked 5.0.0 1',
    'npm plain 1.0.0 1',
    'npm stored 4.0.0 1',
  ]);
  assert.deepEqual(at('pkg:npm/%40some/scoped@2.0.0').licenses, [{ expression: 'MIT OR ISC' }]);
  assert.deepEqual(at('pkg:npm/plain@1.0.0').authors, [{ name: 'A' }]);
});

const buildInfo = `path\texample.test/app
mod\texample.test/app\t(devel)\t
dep\tgithub.com/Some/lib/v2\tv2.1.0+incompatible\th1:x=
dep\texample.test/replaced\tv1.0.0
=>\texample.test/other\tv1.0.1\th1:y=
dep\texample.test/local\tv1.0.0
=>\t./local\t(devel)\t
build\tGOOS=linux
`;

for (const form of ['inline', 'pointers', 'pointers of 32 bits, high byte first'] as Form[]) {
  test(`bills: what Go tells of its programs, ${form}`, async (t) => {
    const { all, at } = await bills(
      t,
      layer(
        file('bin/app', goProgram('go1.22.1 X:some', buildInfo, { form })),
        // Larger than what is kept in memory of a layer that flows by.
        file('bin/large', goProgram('go1.21.0', buildInfo, { form, sections: false, padding: 200_000 })),
        file('bin/cut', goProgram('go1.20.0', buildInfo, { form }).subarray(0, 4096 + 16)),
        file('bin/other', goProgram('go1.19.0', buildInfo, { form }).subarray(0, 100)),
      ),
    );
    assert.deepEqual(told(all), [
      'golang example.test/app (devel) 1',
      'golang example.test/local (devel) 1',
      'golang example.test/other v1.0.1 1',
      'golang github.com/Some/lib/v2 v2.1.0+incompatible 1',
      'golang stdlib 1.21.0 1',
      'golang stdlib 1.22.1 1',
    ]);
    const main = at('pkg:golang/example.test/app@%28devel%29');
    assert.deepEqual(
      [main.type, main.evidence.occurrences],
      ['application', [{ location: '/bin/app' }, { location: '/bin/large' }]],
    );
    at('pkg:golang/github.com/Some/lib/v2@v2.1.0%2Bincompatible');
  });
}

test('bills: the layer of a package is the first from which its version was always there', async (t) => {
  const { all, at } = await bills(
    t,
    layer(
      file('var/lib/dpkg/status', status(['stays', '1'], ['goes', '1'], ['comes-back', '1'], ['changes', '1'])),
      wheelInfo(site, 'rewritten', '1'),
      wheelInfo(site, 'hidden', '1'),
      wheelInfo(site, 'moved', '1'),
      nodeInfo('app', 'opaque', '1.0.0'),
      file('bin/go', goProgram('go1.20', buildInfo)),
      item('link', 'bin/hard', { target: 'bin/go' }),
    ),
    layer(
      file('var/lib/dpkg/status', status(['stays', '1'], ['changes', '2'], ['new', '1'])),
      wheelInfo(site, 'rewritten', '1', 'Author: another\n'),
      whiteout(`${site}/`, 'hidden-1.dist-info'),
      whiteout(`${site}/`, 'moved-1.dist-info'),
      wheelInfo('opt/python', 'moved', '1'),
      whiteout('app/node_modules/'),
      nodeInfo('app', 'below', '1.0.0'),
      whiteout('bin/', 'go'),
      // Through a symlink of this layer.
      item('symlink', 'way', { target: 'opt/python' }),
    ),
    layer(
      file('var/lib/dpkg/status', status(['stays', '1'], ['comes-back', '1'], ['changes', '2'], ['new', '1'])),
      wheelInfo('way', 'through', '1'),
    ),
    layer(file('way/through-1.dist-info/INSTALLER', 'pip\n'), whiteout('app/', 'node_modules')),
  );
  assert.deepEqual(
    told(all)
      .filter((line) => !line.startsWith('golang'))
      .sort(),
    [
      'deb changes 2 2',
      'deb comes-back 1 3',
      'deb new 1 2',
      'deb stays 1 1',
      'pypi moved 1 1',
      'pypi rewritten 1 1',
      'pypi through 1 3',
    ],
  );
  assert.deepEqual(at('pkg:pypi/rewritten@1').authors, [{ name: 'another' }]);
  assert.deepEqual(at('pkg:pypi/through@1').evidence.occurrences, [
    { location: '/opt/python/through-1.dist-info/METADATA' },
  ]);
  const program = at('pkg:golang/stdlib@1.20');
  assert.deepEqual([layerOf(program), program.evidence.occurrences], [1, [{ location: '/bin/hard' }]]);
});

test('bills: what is broken is named, and the rest goes on', async (t) => {
  const { all, stderr } = await bills(
    t,
    layer(
      file(
        'var/lib/dpkg/status',
        `${status(['good', '1'])}Package: nameless\n\n${status(['fine', '2'])}Package: cut\nVersion: 1.`,
      ),
      wheelInfo(site, 'fine', '1', 'Author: \x1b[31mred\x07 \x9b \u202e\n'),
      file(`${site}/bad.dist-info/METADATA`, 'Metadata-Version: 2.1\nName: ev\x1b[31mil\nVersion: 1\n'),
      file(
        `${site}/bytes.dist-info/METADATA`,
        Buffer.from('Metadata-Version: 2.1\nName: b\xff\xfe\nVersion: 1\n\n', 'latin1'),
      ),
      file(
        `${site}/latin.dist-info/METADATA`,
        Buffer.from('Metadata-Version: 2.1\nName: latin\nVersion: 1\nAuthor: Jos\xe9 \x85\n\n', 'latin1'),
      ),
      file(`${site}/empty.dist-info/METADATA`, ''),
      file(`${site}/cut.dist-info/METADATA`, 'Metadata-Version: 2.1\nName: cut\nVersion: 1.'),
      file(`${site}/huge.dist-info/METADATA`, `Name: huge\nVersion: 1\n\n${'x'.repeat(5_000_000)}`),
      file(`${site}/fine-1.dist-info/direct_url.json`, '{"url":'),
      file(`${site}/fine-1.dist-info/sboms/x.json`, '[]'),
      file('app/node_modules/cut/package.json', '{"name":"cut","vers'),
      file(
        'app/node_modules/deep/package.json',
        `{"name":"deep","version":"1.0.0","x":${'['.repeat(5000)}${']'.repeat(5000)}}`,
      ),
      nodeInfo('app', 'half', '1.0.0', { author: '\ud800 half', license: '\u009b31m' }),
      nodeInfo('a\x1b]0;pwned\x07pp', 'strange', '1.0.0'),
      file('bin/cut', goProgram('go1.20.0', buildInfo).subarray(0, 4096 + 40)),
    ),
  );
  assert.deepEqual(told(all).sort(), [
    'deb fine 2 1',
    'deb good 1 1',
    'npm half 1.0.0 1',
    'npm strange 1.0.0 1',
    'pypi cut 1. 1',
    'pypi fine 1 1',
    'pypi latin 1 1',
  ]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are looked for
  assert.doesNotMatch(stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  const lines = stderr.trimEnd().split('\n');
  assert.ok(
    lines.every((line) => line.startsWith('layertool inspect: plain.tar: ')),
    stderr,
  );
  for (const word of ['status', 'bad', 'bytes', 'empty', 'cut', 'huge', 'direct_url', 'x.json', 'deep']) {
    assert.ok(
      lines.some((line) => line.includes(word)),
      `${word} is named in ${stderr}`,
    );
  }
  assert.equal(lines.length, 11, stderr);
});

test('bills: the same bytes of file and pipe, archive and layout, docker and OCI, and of a layer', async (t) => {
  const place = await folder(t);
  const one = layer(wheelInfo(site, 'one', '1'), file('bin/go', goProgram('go1.20', buildInfo)));
  const two = layer(nodeInfo('app', 'two', '2.0.0'));
  const packed = [gzipSync(one), gzipSync(two)];
  writeFileSync(join(place, 'docker.tar'), dockerArchive({ layers: [one, two] }));
  writeFileSync(join(place, 'packed.tar'), dockerArchive({ layers: packed }));
  writeFileSync(join(place, 'oci.tar'), files(...ociFiles([{ layers: packed }])));
  writeFileSync(join(place, 'oci.tar.gz'), gzipSync(files(...ociFiles([{ layers: [one, two] }]))));
  for (const [name, content] of ociFiles([{ layers: packed }])) {
    mkdirSync(dirname(join(place, 'layout', name)), { recursive: true });
    writeFileSync(join(place, 'layout', name), content);
  }
  writeFileSync(join(place, 'one.tar'), one);
  for (const format of ['spdx', 'cyclonedx']) {
    const of = (input: string) => shell(`layertool inspect --sbom ${format} ${input}`, { cwd: place });
    const wanted = await of('docker.tar');
    assert.deepEqual([wanted.status, wanted.stderr], [0, '']);
    for (const input of [
      '<(cat docker.tar)',
      'packed.tar',
      'oci.tar',
      '<(cat oci.tar)',
      'oci.tar.gz',
      'layout',
      '- < oci.tar.gz',
    ]) {
      const { stdout, stderr } = await of(input);
      assert.equal(stderr, '', input);
      assert.ok(stdout.equals(wanted.stdout), input);
    }
    const own = await of('one.tar');
    for (const input of ['<(cat one.tar)', '<(gzip < one.tar)', '- < one.tar']) {
      assert.ok((await of(input)).stdout.equals(own.stdout), input);
    }
    assert.match(own.stdout.toString(), /stdlib/);
  }
  const dated = await shell('SOURCE_DATE_EPOCH=86400 layertool inspect --sbom spdx docker.tar', { cwd: place });
  const plain = await shell('SOURCE_DATE_EPOCH= layertool inspect --sbom spdx docker.tar', { cwd: place });
  assert.equal(spdx(plain.stdout).creationInfo.created, '1970-01-01T00:00:00Z');
  assert.equal(spdx(dated.stdout).creationInfo.created, '1970-01-02T00:00:00Z');
  assert.notEqual(spdx(dated.stdout).documentNamespace, spdx(plain.stdout).documentNamespace);
});

test('bills: what is wrong is an error, and nothing comes out', async (t) => {
  const place = await folder(t);
  const one = layer(wheelInfo(site, 'one', '1'));
  writeFileSync(join(place, 'one.tar'), one);
  writeFileSync(join(place, 'cut.tar'), one.subarray(0, 1024));
  writeFileSync(join(place, 'image.tar'), dockerArchive({ layers: [one] }, { config: '{"os":"linux"}' }));
  const wrong: [words: string, status: number, about: RegExp][] = [
    ['--sbom spdx cut.tar', 1, /cut\.tar: is cut off/],
    ['--sbom spdx <(gzip < one.tar | head -c 100)', 1, /cut off|unexpected end/],
    ['--sbom spdx <(false)', 1, /is empty/],
    ['--sbom spdx image.tar', 1, /image\.tar: /],
    ['--sbom spdx --platform linux/amd64 one.tar', 1, /is a layer, which is for no platform/],
    ['--sbom spdx --list one.tar', 2, /--sbom stands alone/],
    ['--sbom xml one.tar', 2, /spdx, cyclonedx/],
    ['--sbom', 2, /needs a value/],
  ];
  for (const [words, wanted, about] of wrong) {
    const { status, stdout, stderr } = await shell(`layertool inspect ${words}`, { cwd: place });
    assert.deepEqual([status, stdout.length], [wanted, 0], `${words}: ${stderr}`);
    assert.match(stderr, about);
  }
  const { stderr } = await tried(['inspect', '--sbom', 'spdx', join(place, 'nothing')]);
  assert.match(stderr, /no such file/);
});
