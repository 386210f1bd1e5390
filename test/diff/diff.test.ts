import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { shell, tried } from '../command.ts';
import { noise } from '../entries.ts';
import { layer as randomLayer } from '../filter/model.ts';
import { type Base, configOf, dockerArchive, gzipped, ociFiles, files as tarOf } from '../image/archive.ts';
import { dialects, type Item, item, tar } from '../peers/layer.ts';
import { random } from '../peers/random.ts';
import { folder } from '../peers/tools.ts';
import { layerOf, squashBytes } from '../transforms/stacking.ts';

const seed = Number(process.env.LAYERTOOL_SEED ?? 1);
const many = Number(process.env.LAYERTOOL_STACKS ?? 60);

/** One change of a layer that can be told, and the line that tells it; undefined where the layer has nothing for it. */
type Mutation = (items: Item[], at: number) => { items: Item[]; line: RegExp } | undefined;

const escaped = (text: string) =>
  Buffer.from(text, 'latin1')
    .toString()
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const path = ({ name }: Item) => escaped(name.replace(/^\.\//, ''));
const isFree = (items: readonly Item[], one: Item) =>
  !items.some(({ kind, target }) => kind === 'link' && target.endsWith(one.name.replace('./', '')));

/** Changes an entry that has no other names. */
const changing = (
  kinds: Item['kind'][],
  change: (one: Item) => Partial<Item>,
  words: (one: Item) => string,
): Mutation => {
  return (items, at) => {
    const one = items[at]!;
    if (!kinds.includes(one.kind) || !isFree(items, one) || one.name.includes('.wh.')) return undefined;
    return {
      items: items.with(at, { ...one, ...change(one) }),
      line: new RegExp(`^~ ${path(one)}  ${words(one)}$`, 'm'),
    };
  };
};
const any: Item['kind'][] = ['file', 'directory', 'symlink', 'fifo'];

const mutations: Record<string, Mutation> = {
  mode: changing(
    any,
    ({ mode }) => ({ mode: mode ^ 1 }),
    ({ mode }) => `mode 0${mode.toString(8)}→0${(mode ^ 1).toString(8)}`,
  ),
  uid: changing(
    any,
    () => ({ uid: 70 }),
    ({ uid }) => `uid ${uid}→70`,
  ),
  gid: changing(
    any,
    () => ({ gid: 70 }),
    ({ gid }) => `gid ${gid}→70`,
  ),
  mtime: changing(
    any,
    () => ({ seconds: 200, fraction: '25' }),
    () => 'mtime 1970-01-01 00:0\\d:\\d\\d→1970-01-01 00:03:20\\.25',
  ),
  symlink: changing(
    ['symlink'],
    () => ({ target: 'else' }),
    ({ target }) => `link ${escaped(target)}→else`,
  ),
  content: changing(
    ['file'],
    ({ content }) => ({ content: content.replace(/^./, '!') || '!' }),
    () => 'content \\d+ B→\\d+ B sha256:\\w{12}→sha256:\\w{12}',
  ),
  size: changing(
    ['file'],
    ({ content }) => ({ content: `${content}!` }),
    () => 'content \\d+ B→\\d+ B sha256:\\w{12}→sha256:\\w{12}',
  ),
  xattr: changing(
    ['file', 'directory'],
    () => ({ attributes: [['user.x', 'v\0']] }),
    () => 'xattr user\\.x →"v\\\\x00"',
  ),
  type: changing(
    ['file', 'symlink'],
    () => ({ kind: 'fifo', content: '', target: '' }),
    () => 'type (file|symlink)→fifo.*',
  ),
  removed: (items, at) => {
    const one = items[at]!;
    if (!isFree(items, one)) return undefined;
    return { items: items.toSpliced(at, 1), line: new RegExp(`^- ${path(one)}$`, 'm') };
  },
  added: (items, at) => ({ items: items.toSpliced(at, 0, item('file', 'zz-new')), line: /^\+ zz-new$/m }),
  linked: (items, at) => {
    const one = items[at]!;
    if (one.kind !== 'link' || !isFree(items, one)) return undefined;
    const alone = { ...one, kind: 'file' as const, target: '', content: 'own' };
    return { items: items.with(at, alone), line: /^~ \S+ {2}type link→file, link .*→$/m };
  },
};

test(`every kind of change is found and named, and nothing where nothing differs (seed ${seed})`, {
  timeout: 300_000,
}, async (t) => {
  t.diagnostic(`seed ${seed}`);
  const cwd = await folder(t);
  const counts: Record<string, number> = {};
  for (let number = seed; number < seed + many; number++) {
    const dice = random(number);
    // A link to what is not there is a matter for squash.
    const items = randomLayer(dice).filter(({ target }) => target !== 'below/file' && target !== '/below/file');
    const dialect = dice.pick(dialects);
    const isCanonical = number % 2 === 0;
    const bytes = async (list: Item[]): Promise<Buffer> => {
      const plain = tar({ dialect: 'pax', items: list });
      return isCanonical ? squashBytes([plain]) : plain;
    };
    const kinds = Object.keys(mutations);
    const kind = kinds[number % kinds.length]!;
    const start = dice.below(items.length);
    const found = items.map((_, at) => mutations[kind]!(items, (start + at) % items.length)).find((one) => one);
    writeFileSync(join(cwd, 'a.tar'), await bytes(items).catch(() => Buffer.alloc(0)));
    if (found === undefined || readFileSync(join(cwd, 'a.tar')).length === 0) continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
    const after = await bytes(found.items);
    writeFileSync(join(cwd, 'b.tar'), dice.chance(0.5) ? after : gzipSync(after));
    const { status, stdout, stderr } = await tried(['diff', '--ignore', 'compression', 'a.tar', 'b.tar'], { cwd });
    const text = `seed ${number}, ${kind}\n${stdout}${stderr}`;
    assert.equal(status, 1, text);
    assert.match(stdout.toString(), found.line, text);
    const lines = stdout
      .toString()
      .split('\n')
      .filter((line) => /^[-+~]/.test(line));
    // The index may give the content to the other name.
    assert.ok(lines.length === 1 || (kind === 'linked' && lines.length === 2), text);
    // The same in another dialect, as far as that can say it.
    writeFileSync(join(cwd, 'c.tar'), tar({ dialect, items }));
    const same = await tried(['diff', '--ignore', 'format,order', 'c.tar', 'a.tar'], { cwd });
    if (!isCanonical) assert.deepEqual([same.status, same.stdout.toString()], [0, ''], text);
  }
  t.diagnostic(JSON.stringify(counts));
});

async function given(t: TestContext, contents: Record<string, Buffer>) {
  const cwd = await folder(t);
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(cwd, name), content);
  return {
    cwd,
    diff: async (line: string) => {
      const { status, stdout, stderr } = await shell(`layertool diff ${line}`, { cwd });
      assert.equal(stderr, '', line);
      return [status, stdout.toString()];
    },
  };
}

const a = layerOf('d/ d/f=one g=2');
const later = (bytes: Buffer) =>
  tar({
    dialect: 'pax',
    items: [
      item('directory', 'd/', { seconds: 5 }),
      item('file', 'd/f', { content: 'one', seconds: 6 }),
      item('file', 'g', { content: '2', seconds: 7 }),
    ].slice(0, bytes.length),
  });

test('the last line names the one cause', async (t) => {
  const { diff } = await given(t, {
    'a.tar': a,
    'a.tar.gz': gzipSync(a),
    'later.tar': later(a),
    'order.tar': tar({
      dialect: 'pax',
      items: [
        item('file', 'g', { content: '2', seconds: 1002 }),
        item('directory', 'd/', { seconds: 1000 }),
        item('file', 'd/f', { content: 'one', seconds: 1001 }),
      ],
    }),
    'gnu.tar': layerOf('d/ d/f=one g=2', 'gnu'),
    'python.tar': layerOf('m.py=1 __pycache__/ __pycache__/m.pyc=a'),
    'compiled.tar': layerOf('m.py=1 __pycache__/ __pycache__/m.pyc=b'),
  });
  assert.deepEqual(await diff('a.tar a.tar'), [0, '']);
  assert.deepEqual(await diff('a.tar <(cat a.tar)'), [0, '']);
  const cases: [string, RegExp][] = [
    [
      'a.tar a.tar.gz',
      /^~ \[layer\] {2}compression none→gzip\nonly the compression differs: the diff_ids are the same\n$/,
    ],
    ['a.tar later.tar', /^(~ \S+ {2}mtime [^,\n]*\n){3}only times differ: was SOURCE_DATE_EPOCH set for both\?\n$/],
    ['a.tar order.tar', /^~ \[layer\] {2}order\nonly the order of entries differs: .*\n$/],
    ['a.tar gnu.tar', /^~ \[layer\] {2}format\nonly the way it is written differs, .*\n$/],
    ['python.tar compiled.tar', /^~ __pycache__\/m\.pyc {2}content .*\nonly \.pyc files differ: .*\n$/],
  ];
  for (const [line, words] of cases) {
    const [status, text] = await diff(line);
    assert.equal(status, 1, line);
    assert.match(String(text), words, line);
    for (const form of [line.replace(/(\S+) (\S+)/, '<(cat $1) <(cat $2)'), line.replace(/(\S+) (\S+)/, '$1 - < $2')]) {
      assert.deepEqual(await diff(form), [status, text], form);
    }
  }
  for (const line of [
    '--ignore compression a.tar a.tar.gz',
    '--ignore=mtime a.tar later.tar',
    '--ignore mtime,order a.tar order.tar',
    '--ignore format a.tar gnu.tar',
    '--ignore owner --ignore pyc python.tar compiled.tar',
    '--only "*.py" python.tar compiled.tar',
  ]) {
    assert.deepEqual(await diff(line), [0, ''], line);
  }
});

test('what is to be compared must be alike, and every failure is status 2', async (t) => {
  const { cwd } = await given(t, {
    'a.tar': a,
    'i.tar': dockerArchive({ layers: [a] }),
    'cut.tar': a.subarray(0, 700),
  });
  mkdirSync(join(cwd, 'd'));
  const cases: [string, RegExp][] = [
    ['a.tar', /it needs two images, two layers or two directories/],
    ['a.tar nothing.tar', /nothing\.tar: no such file or directory/],
    ['a.tar cut.tar', /cut\.tar: is cut off/],
    ['a.tar <(false)', /is empty\nhint: did the command/],
    ['a.tar i.tar', /i\.tar: is an image, not a layer as a\.tar is\nhint: --flat compares their trees\n/],
    ['d i.tar', /i\.tar: is an image, not a directory as d is\nhint: /],
    ['--ignore mtme a.tar a.tar', /--ignore takes .*, not "mtme"\nhint: did you mean mtime\?\n/],
    ['- - < a.tar', /- is given twice/],
  ];
  for (const [line, words] of cases) {
    const { status, stdout, stderr } = await shell(`layertool diff ${line}`, { cwd });
    assert.match(stderr, words, line);
    assert.match(stderr, /^layertool diff: /, line);
    assert.deepEqual([status, stdout.length], [2, 0], line);
  }
});

test('directories', async (t) => {
  const { cwd, diff } = await given(t, {});
  const one = join(cwd, 'one');
  mkdirSync(join(one, 'sub'), { recursive: true });
  writeFileSync(join(one, 'sub/large'), noise(300_000, 1));
  writeFileSync(join(one, 'same'), noise(300_000, 2));
  symlinkSync('same', join(one, 'link'));
  cpSync(one, join(cwd, 'two'), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  assert.deepEqual(await diff('--ignore mtime one two'), [0, '']);
  writeFileSync(join(cwd, 'two/sub/large'), noise(300_000, 3));
  chmodSync(join(cwd, 'two/same'), 0o600);
  rmSync(join(cwd, 'two/link'));
  utimesSync(join(cwd, 'two/same'), 0, 0);
  const [status, text] = await diff('--ignore mtime one two');
  assert.equal(status, 1);
  assert.match(
    String(text),
    /^- link\n~ same {2}mode 0644→0600\n~ sub\/large {2}content 300\.0 kB→300\.0 kB sha256:\w+→sha256:\w+\n$/,
  );
});

const texts = (lines: string) => layerOf(`etc/ etc/conf=${lines}`);

test('--patch shows the lines, --json the fields', async (t) => {
  const { diff } = await given(t, {
    'a.tar': texts('one\ntwo\x1b\nthree\n'.replaceAll(' ', '')),
    'b.tar': texts('one\n2\nthree\n'),
    'binary.tar': texts('one\0'),
  });
  const [, text] = await diff('--patch a.tar b.tar');
  assert.match(
    String(text),
    /^~ etc\/conf {2}content .*\n--- a\/etc\/conf\n\+\+\+ b\/etc\/conf\n@@ -1,3 \+1,3 @@\n one\n-two\\x1b\n\+2\n three\n$/,
  );
  assert.match(String((await diff('--patch a.tar binary.tar'))[1]), /^~ etc\/conf {2}content .*\n$/);
  const lines = String((await diff('--json --patch a.tar b.tar'))[1])
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, 2);
  assert.deepEqual([lines[0].change, lines[0].about, lines[0].name], ['changed', 'path', 'etc/conf']);
  assert.deepEqual([lines[0].fields[0].field, lines[0].fields[0].from.size], ['content', 15]);
  assert.match(lines[0].patch, /\+2/);
  assert.deepEqual(lines[1], { differences: 1, cause: null });
});

function layout(place: string, base: Base): void {
  for (const [name, content] of ociFiles([base])) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), content);
  }
}

test('images: what they say of themselves, and layer by layer', async (t) => {
  const [low, mid, top] = [layerOf('a=1'), layerOf('b=1 c=2'), layerOf('d=1')];
  const base: Base = { layers: [low, mid, top], config: { Env: ['PATH=/bin', 'A=1'], Cmd: ['x'], Labels: { l: '1' } } };
  const { cwd, diff } = await given(t, {
    'a.tar': dockerArchive(base),
    'zipped.tar': dockerArchive({ ...base, layers: base.layers.map(gzipped) }),
    'env.tar': dockerArchive({
      ...base,
      config: { Env: ['PATH=/usr/bin', 'A=1'], Cmd: ['x', 'y'], Labels: { l: '2', m: '3' } },
    }),
    'moved.tar': dockerArchive({ ...base, layers: [low, top, mid] }),
    'less.tar': dockerArchive({ ...base, layers: [low, mid] }),
    'mid.tar': dockerArchive({ ...base, layers: [low, layerOf('b=2 c=2'), top] }),
    'squashed.tar': dockerArchive({ ...base, layers: [await squashBytes([low, mid, top])] }),
    'arm.tar': dockerArchive({ ...base, architecture: 'arm64' }),
    'spaced.tar': dockerArchive(base, { config: `${configOf(base)} ` }),
    'oci.tar': tarOf(...ociFiles([base])),
    'later.tar': dockerArchive({
      ...base,
      history: base.layers.map((_, at) => ({ created: '2021-01-01T00:00:00Z', created_by: `step ${at}` })),
    }),
  });
  layout(join(cwd, 'layout'), base);
  for (const line of [
    'a.tar a.tar',
    'a.tar <(cat a.tar)',
    'a.tar <(gzip < a.tar)',
    'layout oci.tar',
    '--ignore annotations a.tar layout',
    '--flat a.tar squashed.tar',
    '--flat a.tar zipped.tar',
    '--ignore compression a.tar zipped.tar',
    '--ignore platform a.tar arm.tar',
    '--ignore config a.tar env.tar',
    '--ignore mtime a.tar later.tar',
    '--ignore format a.tar spaced.tar',
  ]) {
    assert.deepEqual(await diff(line), [0, ''], line);
  }
  const cases: [string, RegExp][] = [
    [
      'a.tar zipped.tar',
      /^(~ \[layer \d\] {2}compression none sha256:\w+→gzip sha256:\w+\n){3}only the compression differs: /,
    ],
    [
      'a.tar env.tar',
      /^~ \[config\] {2}Env PATH \/bin→\/usr\/bin, Cmd \["x"\]→\["x","y"\], Labels l 1→2, Labels m →3\n$/,
    ],
    ['a.tar arm.tar', /^~ \[platform\] {2}linux\/amd64→linux\/arm64\n$/],
    ['a.tar moved.tar', /^(~ \[layer sha256:\w+\] {2}moved [23]→[23]\n){2}$/],
    ['a.tar less.tar', /^- \[history 3\] {2}created_by "step 2"→\n- \[layer 3\] {2}diff_id sha256:\w+→\n$/],
    ['a.tar mid.tar', /^~ \[layer 2\]\n~ b {2}content 1 B→1 B .*\n$/],
    ['a.tar later.tar', /^(~ \[history \d\] {2}created .*\n){3}only times differ/],
    ['a.tar spaced.tar', /^~ \[config\] {2}format sha256:\w+→sha256:\w+\nonly the way it is written differs/],
    ['oci.tar a.tar', /^~ \[annotations\] {2}org\.example\.base yes→\nonly annotations differ\n$/],
    ['--flat a.tar mid.tar', /^~ b {2}content 1 B→1 B .*\n$/],
  ];
  for (const [line, words] of cases) {
    const [status, text] = await diff(line);
    assert.match(String(text), words, line);
    assert.equal(status, 1, line);
  }
});
