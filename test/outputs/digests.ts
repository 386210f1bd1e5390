import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { goProgram } from '../bills/programs.ts';
import { item, tar } from '../peers/layer.ts';
import { zip } from '../python/zip.ts';

/*
 * The digests of what a fixed set of commands writes, from fixed inputs: two versions of the program, or two versions of
 * Node, are the same where these lines are.
 *
 *   node build/test/outputs/digests.js dist/cli.js [NODE] > digests.txt
 */

const [program = 'dist/cli.js', node = process.execPath] = process.argv.slice(2);
const cli = resolve(program);

/** Lines of bash, in a folder with the inputs; what each writes to standard output is what counts. */
const lines: readonly string[] = [
  'layertool squash a.tar b.tar.gz c.tar',
  'layertool squash <(cat a.tar) <(cat b.tar.gz) <(cat c.tar)',
  'layertool squash --drop-whiteouts a.tar b.tar.gz c.tar',
  'SOURCE_DATE_EPOCH=1000 layertool squash c.tar a.tar',
  'layertool image a.tar b.tar.gz',
  'layertool image b.tar.gz a.tar -t some/name:1 --entrypoint /x --cmd \'["a","b"]\' -e A=1 -e A=2 -w /w -u me -l k=v -p 80-81 -p 53/udp',
  'layertool image --compress gzip a.tar big.tar',
  'layertool image --compress none b.tar.gz big.tar',
  'layertool image --format oci a.tar -a note=x --platform linux/arm64/v8 --author me --created-by hand',
  'layertool image --base base.tar c.tar -t x',
  'layertool image --base base.tar.gz --compress gzip c.tar --healthcheck "x y" --healthcheck-interval 1m --volume /v',
  'layertool image --base <(cat base.tar) <(cat c.tar) -t x',
  'SOURCE_DATE_EPOCH=99 layertool image --base oci.tar c.tar --env-clear -e B=2',
  'layertool image --base layout c.tar',
  'layertool image --base layout',
  'layertool wheel --python 3.12 demo-1.0-py3-none-any.whl',
  'layertool wheel --python 3.12 <(cat demo-1.0-py3-none-any.whl)',
  'layertool wheel --platform-file platform.yaml demo-1.0-py3-none-any.whl',
  'SOURCE_DATE_EPOCH=5 layertool wheel --python 3.9 demo-1.0-py3-none-any.whl',
  'layertool wheel --target python.tar demo-1.0-py3-none-any.whl',
  'layertool wheel --python 3.12 --lock demo.lock',
  'layertool wheel --python 3.12 --lock <(cat demo.lock) --only "d*"',
  'layertool python python.tar',
  'layertool dir --chown 0 tree',
  'layertool dir --chown 7:8 --prefix /srv/x --exclude "*.log" tree',
  'layertool export base.tar',
  'layertool export --layer 2 oci.tar',
  'layertool export <(cat base.tar.gz)',
  'layertool export --above base.tar base.tar.gz',
  'SOURCE_DATE_EPOCH=0 layertool file base.tar:/etc/a platform.yaml:/etc/b/ tree/program',
  'layertool file --chown 3 --mode 0600 <(cat c.tar):/x -:/y < <(cat a.tar)',
  'layertool filter --delete "*.link" --rename s,^etc/,opt/etc/, --chmod go-w=/opt --chown 5:6 --clamp 12 a.tar',
  'layertool filter --keep data --whiteout etc/x --opaque /opt <(cat a.tar)',
  'SOURCE_DATE_EPOCH=3 layertool filter --whiteout etc/x',
  'layertool filter --delete etc/conf <(gzip < a.tar)',
  'layertool inspect --html base.tar',
  'layertool inspect --html <(layertool image --base oci.tar c.tar)',
  'layertool diff a.tar c.tar; test $? = 1',
  'layertool diff --json --patch <(cat a.tar) b.tar.gz; test $? = 1',
  'layertool diff --flat arm.tar oci.tar --platform linux/amd64; test $? = 2; layertool diff layout oci.tar; layertool diff oci.tar <(layertool image --base oci.tar c.tar --format oci); test $? = 1',
  'layertool diff --flat oci.tar layout',
  'layertool diff tree program; test $? = 1',
  'layertool index base.tar arm.tar -t some/name -a note=x',
  'layertool index <(cat oci.tar) <(gzip < arm.tar)',
  'layertool rebase based.tar --from base.tar --onto newer.tar -t x -q',
  'layertool rebase <(cat based.tar) --onto <(gzip < newer.tar) -q',
  'layertool inspect base.tar',
  'layertool inspect --json oci.tar',
  'layertool inspect a.tar',
  'layertool inspect --json b.tar.gz',
  'layertool inspect --sbom spdx python.tar',
  'layertool inspect --sbom cyclonedx <(gzip < python.tar)',
  'SOURCE_DATE_EPOCH=9 layertool inspect --sbom cyclonedx <(layertool wheel --python 3.12 demo-1.0-py3-none-any.whl)',
  'layertool inspect --sbom spdx bills.tar.gz',
  'layertool inspect --list a.tar',
  'layertool inspect --list --json <(cat b.tar.gz)',
  'layertool go --platform linux/amd64 ./program',
  'layertool --help',
  'for command in image index rebase squash wheel python dir file go filter export diff inspect pull push; do layertool "$command" --help; done',
];

const folder = mkdtempSync(join(tmpdir(), 'layertool-digests-'));
try {
  inputs(folder);
  for (const line of lines) {
    const start = 'set -o pipefail; layertool() { "$NODE" "$CLI" "$@"; }; export -f layertool\n';
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE: node, CLI: cli, LC_ALL: 'C' };
    const { status, stdout, stderr } = spawnSync('bash', ['-c', start + line], {
      cwd: folder,
      env,
      maxBuffer: 2 ** 30,
    });
    const digest = createHash('sha256').update(stdout).digest('hex');
    process.stdout.write(`${status} ${digest} ${line}\n`);
    if (status !== 0) process.stdout.write(`${stderr}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function inputs(into: string): void {
  const put = (name: string, bytes: Buffer | string): void => writeFileSync(join(into, name), bytes);
  const noise = pseudoRandom(300_000);
  const a = tar({
    dialect: 'pax',
    items: [
      item('directory', 'etc/', { seconds: 10 }),
      item('file', 'etc/conf', { content: 'x = 1\n', seconds: 11 }),
      item('link', 'etc/conf.link', { target: 'etc/conf', seconds: 12 }),
      item('symlink', 'run', { target: 'var/run', seconds: 13 }),
      item('file', 'var/lib/data', { content: noise, seconds: 14 }),
      item('fifo', 'var/pipe', { seconds: 15 }),
      item('file', `${'long/'.repeat(30)}name`, { content: 'deep', seconds: 16 }),
    ],
  });
  const b = tar({
    dialect: 'gnu',
    items: [
      item('file', 'etc/conf', { content: 'x = 2\n', seconds: 20 }),
      item('file', 'run/now', { content: '1', seconds: 21 }),
      item('file', 'var/lib/.wh.data', { seconds: 22 }),
    ],
  });
  const c = tar({
    dialect: 'ustar',
    items: [item('file', 'etc/.wh..wh..opq', {}), item('file', 'etc/new', { content: 'n', seconds: 30 })],
  });
  put('a.tar', a);
  put('b.tar.gz', gzipSync(b));
  put('c.tar', c);
  put('big.tar', tar({ dialect: 'ustar', items: [item('file', 'big', { content: noise.repeat(12), seconds: 40 })] }));
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/usr/local/bin:/usr/bin', 'A=0'], Cmd: ['sh'], WorkingDir: '/base', Labels: { old: 'y' } },
    rootfs: { type: 'layers', diff_ids: [hash(a), hash(b)] },
    history: [{ created_by: 'one' }, { created_by: 'none', empty_layer: true }, { created_by: 'two' }],
    unknown: { kept: true },
  });
  const docker = files([
    ['config.json', config],
    ['1/layer.tar', a],
    ['2/layer.tar', b],
    [
      'manifest.json',
      JSON.stringify([{ Config: 'config.json', RepoTags: ['base:1'], Layers: ['1/layer.tar', '2/layer.tar'] }]),
    ],
  ]);
  put('base.tar', docker);
  put('base.tar.gz', gzipSync(docker));
  put('based.tar', stacked([a, b, c], ['A=1'], 'three'));
  put('newer.tar', stacked([a, b, a], ['A=0', 'N=2'], 'update'));
  put('arm.tar', files(layout(config.replace('amd64', 'arm64').replace(hash(b), hash(c)), [gzipSync(a), c])));
  const blobs = layout(config, [gzipSync(a), gzipSync(b)]);
  put('oci.tar', files(blobs));
  mkdirSync(join(into, 'layout/blobs/sha256'), { recursive: true });
  for (const [name, bytes] of blobs) put(`layout/${name}`, bytes);

  const wheel = [
    ['demo/__init__.py', 'x = 1\n'],
    ['demo/large.bin', noise.repeat(5)],
    ['demo-1.0.data/scripts/tool', '#!python\nprint(1)\n'],
    ['demo-1.0.data/headers/demo.h', '/* */\n'],
    ['demo-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n'],
    ['demo-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n'],
    ['demo-1.0.dist-info/entry_points.txt', '[console_scripts]\ndemo = demo:main\n'],
  ] as const;
  const rows = wheel.map(([name, text]) => {
    const bytes = Buffer.from(text, 'latin1');
    return `${name},sha256=${createHash('sha256').update(bytes).digest('base64url')},${bytes.length}\n`;
  });
  const record = ['demo-1.0.dist-info/RECORD', `${rows.join('')}demo-1.0.dist-info/RECORD,,\n`] as const;
  // Stored, since versions of zlib deflate in other words.
  const members = [...wheel, record].map(([name, text]) => ({
    name,
    content: Buffer.from(text, 'latin1'),
    stored: true,
  }));
  const archive = zip(members);
  put('demo-1.0-py3-none-any.whl', archive);
  const file = `{ path = "demo-1.0-py3-none-any.whl", hashes = { sha256 = "${createHash('sha256').update(archive).digest('hex')}" } }`;
  put('demo.lock', `lock-version = "1.0"\n[[packages]]\nname = "demo"\nversion = "1.0"\nwheels = [${file}]\n`);
  put(
    'platform.yaml',
    'ConsoleShebang: /usr/bin/python3\nScheme: {purelib: /p, platlib: /q, headers: /h, scripts: /s, data: /d}\nUID: 3\n',
  );
  const elf = Buffer.alloc(4096);
  elf.write('\x7fELF\x02\x01', 'latin1');
  elf.writeUInt16LE(62, 18);
  const root = tar({
    dialect: 'pax',
    items: [
      item('file', 'usr/local/bin/python3.12', { content: elf.toString('latin1'), mode: 0o755, seconds: 50 }),
      item('symlink', 'usr/local/bin/python3', { target: 'python3.12', seconds: 50 }),
      item('file', 'usr/local/lib/python3.12/os.py', { content: '', seconds: 50 }),
    ],
  });
  const about = { architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [hash(root)] } };
  put(
    'python.tar',
    files([
      ['c', JSON.stringify(about)],
      ['l', root],
      ['manifest.json', JSON.stringify([{ Config: 'c', RepoTags: null, Layers: ['l'] }])],
    ]),
  );

  const bills = tar({
    dialect: 'pax',
    items: [
      item('file', 'var/lib/dpkg/status', {
        content:
          'Package: a+b\nStatus: install ok installed\nVersion: 1:2~3+4\nMaintainer: J\xc3\xb6rg <j@x>\n\nPackage: c\n\n',
      }),
      item('file', 'lib/apk/db/installed', { content: 'C:Q1\nP:m\nV:1-r0\nL:GPL-2.0-or-later with odd\n\n' }),
      item('file', 'app/node_modules/@s/n/package.json', {
        content: '{"name":"@s/n","version":"1.0.0","license":"mit"}',
      }),
      item('file', 'bin/go', { content: goProgram('go1.22', 'mod\texample.test/x\t(devel)\t\n').toString('latin1') }),
    ],
  });
  put('bills.tar.gz', gzipSync(bills));

  const tree = join(into, 'tree');
  mkdirSync(join(tree, 'sub'), { recursive: true });
  writeFileSync(join(tree, 'program'), '#!/bin/sh\n');
  chmodSync(join(tree, 'program'), 0o755);
  writeFileSync(join(tree, 'sub/large'), Buffer.from(noise, 'latin1'));
  writeFileSync(join(tree, 'a.log'), 'left out');
  linkSync(join(tree, 'program'), join(tree, 'sub/link'));
  symlinkSync('../program', join(tree, 'sub/symlink'));
  chmodSync(join(tree, 'sub/large'), 0o644);
  chmodSync(join(tree, 'a.log'), 0o600);
  chmodSync(join(tree, 'sub'), 0o755);
  for (const name of ['program', 'sub/large', 'a.log', 'sub']) utimesSync(join(tree, name), 60, 60);
  spawnSync('touch', ['-h', '-d', '@61', join(tree, 'sub/symlink')]);
  utimesSync(join(tree, 'sub'), 60, 60);

  mkdirSync(join(into, 'program'));
  put('go.mod', 'module example.com/x\n\ngo 1.20\n');
  put('program/main.go', 'package main\n\nfunc main() { println("x") }\n');
}

/** A docker archive of layers, the first two as those of the base. */
function stacked(layers: readonly Buffer[], env: readonly string[], last: string): Buffer {
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: { Env: env },
    rootfs: { type: 'layers', diff_ids: layers.map(hash) },
    history: ['one', 'two', last].map((created_by) => ({ created_by })),
  });
  const names = layers.map((_, at) => `${at}/layer.tar`);
  return files([
    ['config.json', config],
    ...layers.map((layer, at): [string, Buffer] => [names[at]!, layer]),
    ['manifest.json', JSON.stringify([{ Config: 'config.json', RepoTags: null, Layers: names }])],
  ]);
}

/** A tar of files, as an archive of an image is. */
function files(list: readonly (readonly [string, Buffer | string])[]): Buffer {
  const items = list.map(([name, content]) => item('file', name, { content: Buffer.from(content).toString('latin1') }));
  return tar({ dialect: 'ustar', items });
}

function layout(config: string, layers: readonly Buffer[]): [string, Buffer | string][] {
  const descriptor = (mediaType: string, bytes: Buffer | string) => ({
    mediaType: `application/vnd.oci.image.${mediaType}`,
    digest: hash(bytes),
    size: Buffer.from(bytes).length,
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: descriptor('config.v1+json', config),
    layers: layers.map((bytes) => descriptor('layer.v1.tar+gzip', bytes)),
    annotations: { kept: 'yes', 'org.opencontainers.image.base.name': 'gone' },
  });
  const blob = (bytes: Buffer | string): [string, Buffer | string] => [`blobs/sha256/${hash(bytes).slice(7)}`, bytes];
  return [
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
    ['index.json', JSON.stringify({ schemaVersion: 2, manifests: [descriptor('manifest.v1+json', manifest)] })],
    ...[manifest, config, ...layers].map(blob),
  ];
}

function hash(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The same bytes every time, one character each, that do not compress. */
function pseudoRandom(size: number): string {
  const parts: Buffer[] = [];
  for (let at = 0; at * 32 < size; at++) parts.push(createHash('sha256').update(`${at}`).digest());
  return Buffer.concat(parts).toString('latin1', 0, size);
}
