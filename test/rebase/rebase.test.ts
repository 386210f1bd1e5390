import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { mergeConfigs } from '../../lib/image/config-merge.ts';
import type { JsonObject } from '../../lib/image/json.ts';
import { shell, tried } from '../command.ts';
import { bytesOf, entry, sha256 } from '../entries.ts';
import { type Base, dockerArchive, gzipped, ociFiles, opened, files as tarOf } from '../image/archive.ts';
import { random } from '../peers/random.ts';
import { folder } from '../peers/tools.ts';
import { layerOf } from '../transforms/stacking.ts';

const [low, oldTop, newTop, app] = ['a=1', 'b=old', 'b=new c=3', 'app=x .wh.gone'].map((text) =>
  gzipped(layerOf(text)),
);
const oldBase: Base = {
  layers: [low!, oldTop!],
  config: { Env: ['PATH=/bin', 'V=1'], Cmd: ['old'], Labels: { version: '1' } },
};
const newBase: Base = {
  layers: [low!, newTop!],
  config: { Env: ['PATH=/usr/bin:/bin', 'V=2', 'N=1'], Cmd: ['new'], Labels: { version: '2' } },
};

async function given(t: TestContext, more: Record<string, Buffer> = {}) {
  const cwd = await folder(t);
  const put = (name: string, content: Buffer): void => writeFileSync(join(cwd, name), content);
  put('old.tar', dockerArchive(oldBase));
  put('new.tar', dockerArchive(newBase));
  put('new.oci', tarOf(...ociFiles([newBase])));
  put('app.layer', app!);
  for (const [name, content] of Object.entries(more)) put(name, content);
  const flags = "-e A=1 -e PATH=/bin:/app --cmd run -l own=x --created-by 'my app'";
  const { stderr } = await shell(`layertool image --base old.tar ${flags} app.layer -q -o app.tar`, { cwd });
  assert.equal(stderr, '');
  return { cwd };
}

test('what a rebase makes is what building on the new base makes, from files and pipes', async (t) => {
  const { cwd } = await given(t);
  const flags = "-e A=1 -e PATH=/usr/bin:/bin:/app --cmd run -l own=x --created-by 'my app'";
  const fresh = await opened(
    (await shell(`layertool image --base new.tar ${flags} app.layer -t re:1`, { cwd })).stdout,
  );
  const files = await tried(['rebase', 'app.tar', '--from', 'old.tar', '--onto=new.tar', '-t', 're:1'], { cwd });
  assert.equal(files.status, 0, files.stderr);
  assert.equal(
    files.stderr,
    [
      'layertool rebase: Env PATH: both changed it, and it is /usr/bin:/bin:/app now\n',
      'layertool rebase: Cmd: ["run"] of the image stays, not ["new"] of the new base; the old base has ["old"]\n',
    ].join(''),
  );
  const made = await opened(files.stdout);
  assert.deepEqual(made.layers.map(sha256), fresh.layers.map(sha256));
  assert.equal(made.configText, fresh.configText, 'and so its id is the same');
  for (const key of ['config', 'history', 'rootfs', 'os', 'architecture', 'created', 'x-unknown'] as const) {
    assert.deepEqual(made.config[key], fresh.config[key], key);
  }
  assert.deepEqual(
    [made.docker, made.manifest.annotations],
    [[{ ...fresh.docker![0]!, Config: made.docker![0]!.Config }], fresh.manifest.annotations],
  );
  for (const line of [
    '<(cat app.tar) --from <(cat old.tar) --onto <(gzip < new.tar)',
    '- --from old.tar --onto new.tar < app.tar',
  ]) {
    const { stdout } = await shell(`layertool rebase ${line} -t re:1 -q`, { cwd });
    assert.equal(sha256(stdout), sha256(files.stdout), line);
  }
  // Onto its own base it is what it was.
  const same = await opened(
    (await tried(['rebase', 'app.tar', '--from', 'old.tar', '--onto', 'old.tar'], { cwd })).stdout,
  );
  const before = await opened((await shell('cat app.tar', { cwd })).stdout);
  assert.deepEqual([same.layers.map(sha256), same.config], [before.layers.map(sha256), before.config]);
});

test('annotations name the new base', async (t) => {
  const { cwd } = await given(t);
  const { stdout } = await tried(
    ['rebase', 'app.tar', '--from', 'old.tar', '--onto', 'new.oci', '--format', 'oci', '-q'],
    { cwd },
  );
  const { manifest } = await opened(stdout);
  assert.match(manifest.annotations?.['org.opencontainers.image.base.digest'] ?? '', /^sha256:/);
  assert.equal(manifest.annotations?.['org.example.base'], 'yes');
});

test('without the old base, the shared layers are it, where that is sure', async (t) => {
  const longer: Base = {
    layers: [low!, oldTop!, newTop!],
    history: ['step 0', 'step 1', 'update'].map((by) => ({ created_by: by })),
  };
  const other: Base = { layers: [gzipped(layerOf('z=1'))] };
  const { cwd } = await given(t, { 'longer.tar': dockerArchive(longer), 'other.tar': dockerArchive(other) });
  const { status, stdout, stderr } = await tried(['rebase', 'app.tar', '--onto', 'longer.tar'], { cwd });
  assert.equal(status, 0, stderr);
  const made = await opened(stdout);
  assert.deepEqual(made.layers.map(sha256), [low!, oldTop!, newTop!, app!].map(sha256));
  assert.deepEqual(
    made.config.history?.map((one) => one['created_by']),
    ['step 0', 'step 1', 'update', 'my app'],
  );
  // A layer that was made by the same words may be the base's, built again.
  const refusals: [string, RegExp][] = [
    [
      '--onto new.tar',
      /^layertool rebase: app\.tar: layer 2 was made as that of new\.tar was, and is another: .*\nhint: .*--from\n$/,
    ],
    ['--onto other.tar', /^layertool rebase: app\.tar: shares no layer with other\.tar\nhint: .*--from\n$/],
  ];
  for (const [line, words] of refusals) {
    const outcome = await shell(`layertool rebase app.tar ${line} -o out`, { cwd });
    assert.match(outcome.stderr, words);
    assert.equal(outcome.status, 1);
  }
});

test('what is wrong is told', async (t) => {
  const { cwd } = await given(t, {
    'arm.tar': dockerArchive({ ...newBase, architecture: 'arm64' }),
    'other.tar': dockerArchive({ layers: [app!] }),
  });
  const cases: [string, number, RegExp][] = [
    ['--onto new.tar', 2, /it needs an image/],
    ['app.tar', 2, /it needs a new base\nhint: --onto NEWBASE names it/],
    ['app.tar app.tar --onto new.tar', 2, /it takes one image, not also app\.tar/],
    ['app.tar --onto arm.tar --from old.tar', 1, /app\.tar: is for linux\/amd64, and arm\.tar is for linux\/arm64\n$/],
    [
      'app.tar --onto new.tar --from other.tar',
      1,
      /app\.tar: is not built on other\.tar: layer 1 is sha256:\w+ and not sha256:\w+\n$/,
    ],
    ['app.tar --onto app.layer --from old.tar', 1, /app\.layer: is not an image/],
    ['<(head -c 2000 app.tar) --onto new.tar', 1, /cut off/],
  ];
  for (const [line, status, words] of cases) {
    const outcome = await shell(`layertool rebase ${line} -o out`, { cwd });
    assert.match(outcome.stderr, words, line);
    assert.equal(outcome.status, status, line);
  }
});

/** The start of a program as the loader reads it. */
function program(): Buffer {
  const interpreter = '/lib64/ld-linux-x86-64.so.2';
  const head = Buffer.alloc(5000);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(62, 18);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(3, 64);
  head.writeBigUInt64LE(200n, 72);
  head.writeBigUInt64LE(BigInt(interpreter.length + 1), 96);
  head.write(interpreter, 200);
  return head;
}

const pythonLayer = (version: string, glibc: string) =>
  bytesOf([
    entry(`usr/local/bin/python${version}`, program(), { mode: 0o755 }),
    entry('usr/local/bin/python3', undefined, { type: 'symlink', linkname: `python${version}` }),
    entry(`usr/local/lib/python${version}/os.py`, Buffer.from('x')),
    entry(`usr/local/lib/python${version}/_sysconfigdata__linux_x86_64-linux-gnu.py`, Buffer.from('x')),
    entry(
      'usr/lib/x86_64-linux-gnu/libc.so.6',
      Buffer.from(`GNU C Library (Debian GLIBC ${glibc}-9) stable release version ${glibc}.\n`),
    ),
  ]);

test('wheels do not come to another Python, unless by force', async (t) => {
  const layers: Record<string, Buffer> = {};
  for (const [name, version, glibc] of [
    ['p311', '3.11', '2.36'],
    ['same', '3.11', '2.40'],
    ['older', '3.11', '2.31'],
    ['p312', '3.12', '2.36'],
  ] as const) {
    layers[`${name}.tar`] = dockerArchive({ layers: [await pythonLayer(version, glibc)] });
  }
  layers['none.tar'] = dockerArchive({ layers: [layerOf('x=1')] });
  const { cwd } = await given(t, {
    ...layers,
    'wheel.layer': layerOf('usr/local/lib/python3.11/site-packages/demo-1.0.dist-info/RECORD=x'),
    'plain.layer': layerOf('srv/x=1'),
  });
  await shell(
    'layertool image --base p311.tar wheel.layer -o wheels.tar; layertool image --base p311.tar plain.layer -o plain.tar',
    { cwd },
  );
  const rebased = async (line: string) => {
    const { status, stderr } = await shell(`layertool rebase --from p311.tar ${line} -o out`, { cwd });
    return `${status} ${stderr}`;
  };
  assert.equal(await rebased('wheels.tar --onto same.tar'), '0 ');
  for (const [onto, python] of [
    ['p312.tar', 'CPython 3.12, glibc 2.36, x86_64'],
    ['older.tar', 'CPython 3.11, glibc 2.31, x86_64'],
    ['none.tar', 'no Python on its PATH'],
  ]) {
    assert.equal(
      await rebased(`wheels.tar --onto ${onto}`),
      `1 layertool rebase: wheels.tar: has wheels for CPython 3.11, glibc 2.36, x86_64, and ${onto} has ${python}\nhint: install the wheels anew for the new base, or --force it\n`,
    );
    assert.equal(await rebased(`--force wheels.tar --onto ${onto}`), '0 ');
    assert.equal(await rebased(`plain.tar --onto ${onto}`), '0 ', 'nothing was installed');
  }
});

const config = (inner: JsonObject): JsonObject => ({ os: 'linux', architecture: 'amd64', config: inner });

const merges: [
  what: string,
  old: JsonObject | undefined,
  own: JsonObject,
  base: JsonObject,
  merged: JsonObject,
  told: string[],
][] = [
  ['what the image did not touch', { User: 'a' }, { User: 'a' }, { User: 'b' }, { User: 'b' }, []],
  ['what the image changed', { User: 'a' }, { User: 'me' }, { User: 'a' }, { User: 'me' }, []],
  ['what the image added', {}, { User: 'me' }, {}, { User: 'me' }, []],
  ['what the image took out', { Cmd: ['x'] }, {}, { Cmd: ['x'] }, {}, []],
  ['what the new base took out', { Cmd: ['x'] }, { Cmd: ['x'] }, {}, {}, []],
  ['what the new base added', {}, {}, { User: 'b' }, { User: 'b' }, []],
  ['both the same', { User: 'a' }, { User: 'b' }, { User: 'b' }, { User: 'b' }, []],
  ['nothing as null', { Cmd: null }, {}, { Cmd: null }, {}, []],
  [
    'both otherwise',
    { User: 'a' },
    { User: 'me' },
    { User: 'b' },
    { User: 'me' },
    ['User: "me" of the image stays, not "b" of the new base; the old base has "a"'],
  ],
  [
    'taken out and changed',
    { User: 'a' },
    {},
    { User: 'b' },
    {},
    ['User: the image does without it, not "b" of the new base; the old base has "a"'],
  ],
  [
    'variables one by one',
    { Env: ['A=1', 'B=1', 'C=1'] },
    { Env: ['A=1', 'B=2', 'C=1', 'D=1'] },
    { Env: ['N=1', 'A=3', 'B=1'] },
    { Env: ['N=1', 'A=3', 'B=2', 'D=1'] },
    [],
  ],
  [
    'labels one by one',
    { Labels: { a: '1', b: '1' } },
    { Labels: { a: '2', b: '1' } },
    { Labels: { a: '1', b: '3' } },
    { Labels: { a: '2', b: '3' } },
    [],
  ],
  [
    'ports',
    { ExposedPorts: { '80/tcp': {} } },
    { ExposedPorts: { '80/tcp': {}, '1/tcp': {} } },
    { ExposedPorts: { '81/tcp': {} } },
    { ExposedPorts: { '81/tcp': {}, '1/tcp': {} } },
    [],
  ],
  [
    'a path, added before',
    { Env: ['PATH=/a:/b'] },
    { Env: ['PATH=/venv:/a:/b'] },
    { Env: ['PATH=/n:/a:/b'] },
    { Env: ['PATH=/venv:/n:/a:/b'] },
    ['Env PATH: both changed it, and it is /venv:/n:/a:/b now'],
  ],
  [
    'a path, taken out',
    { Env: ['PATH=/a:/b'] },
    { Env: ['PATH=/b:/z'] },
    { Env: ['PATH=/n:/a:/b'] },
    { Env: ['PATH=/n:/b:/z'] },
    ['Env PATH: both changed it, and it is /n:/b:/z now'],
  ],
  [
    'an unknown old base',
    undefined,
    { User: 'me', Cmd: ['x'] },
    { User: 'b', StopSignal: 'S' },
    { User: 'me', StopSignal: 'S', Cmd: ['x'] },
    ['User: "me" of the image stays, not "b"', 'StopSignal: "S" comes from the new base'],
  ],
];
for (const [what, old, own, base, wanted, told] of merges) {
  test(`a config is merged: ${what}`, () => {
    const lines: string[] = [];
    const three = { old: old && config(old), own: config(own), base: config(base) };
    const merged = mergeConfigs(three, (line) => lines.push(line))['config'] as JsonObject;
    assert.deepEqual(Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)), wanted);
    assert.deepEqual(lines, told);
  });
}

test('merging with itself changes nothing, and what one side alone changed is there (seed 1)', () => {
  const dice = random(1);
  const some = (): JsonObject => {
    const inner: JsonObject = {};
    if (dice.chance(0.7))
      inner['Env'] = ['PATH', 'A', 'B'].filter(() => dice.chance(0.7)).map((name) => `${name}=${dice.below(3)}`);
    if (dice.chance(0.5)) inner['User'] = `${dice.below(2)}`;
    if (dice.chance(0.5)) inner['Labels'] = { a: `${dice.below(2)}`, [`b${dice.below(2)}`]: 'x' };
    return inner;
  };
  const plain = (inner: JsonObject) => {
    const env = Array.isArray(inner['Env']) ? inner['Env'].map(String).sort() : [];
    return { User: inner['User'] ?? null, Env: env, Labels: inner['Labels'] ?? {} };
  };
  for (let turn = 0; turn < 500; turn++) {
    const [one, two] = [some(), some()];
    for (const [own, base, wanted] of [
      [one, two, two],
      [two, one, two],
      [two, two, two],
    ] as const) {
      const { config: merged } = mergeConfigs({ old: config(one), own: config(own), base: config(base) }, (text) =>
        assert.fail(text),
      );
      assert.deepEqual(plain(merged as JsonObject), plain(wanted), `turn ${turn}`);
    }
  }
});
