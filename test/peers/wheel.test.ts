import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { python } from './base.ts';
import { attempt, bash, folder, layertool, peers, run } from './tools.ts';
import { wheels } from './wheels.ts';

/** The pip that is to be matched, whatever is on PATH, for the Python 3.11 of a virtual environment. */
interface Pip {
  readonly venv: string;
  install(...words: string[]): Promise<void>;
  /** Where that pip installs, for layertool. */
  readonly platform: string;
}

async function pip(place: string, name: string, all: readonly string[]): Promise<Pip> {
  const venv = join(place, name);
  await run('python3', ['-m', 'venv', '--without-pip', venv]);
  const own = all.find((path) => basename(path).startsWith('pip-'));
  assert.ok(own);
  const unpacked = join(place, 'pip');
  await run('python3', ['-m', 'zipfile', '-e', own, unpacked]);
  const settings = [
    `ConsoleShebang: ${venv}/bin/python`,
    'Scheme:',
    `  purelib: ${venv}/lib/python3.11/site-packages`,
    `  platlib: ${venv}/lib/python3.11/site-packages`,
    `  headers: ${venv}/include/site/python3.11`,
    `  scripts: ${venv}/bin`,
    `  data: ${venv}`,
  ];
  const platform = join(place, `${name}.yaml`);
  writeFileSync(platform, settings.join('\n'));
  return {
    venv,
    platform,
    async install(...words) {
      const flags = ['install', '-q', '--no-deps', '--ignore-installed', '--no-warn-script-location', '--no-index'];
      const env = { PYTHONPATH: unpacked, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_CONFIG_FILE: '/dev/null' };
      await run(join(venv, 'bin/python'), ['-m', 'pip', ...flags, ...words], { env });
    },
  };
}

/** Each file below a folder: its mode, and its bytes. */
function files(top: string, below = ''): Map<string, { mode: string; bytes: Buffer }> {
  const found = new Map<string, { mode: string; bytes: Buffer }>();
  for (const item of readdirSync(join(top, below), { withFileTypes: true })) {
    const path = below === '' ? item.name : `${below}/${item.name}`;
    if (item.isDirectory()) for (const [name, file] of files(top, path)) found.set(name, file);
    else if (item.isFile()) {
      const mode = (lstatSync(join(top, path)).mode & 0o7777).toString(8);
      found.set(path, { mode, bytes: readFileSync(join(top, path)) });
    }
  }
  return found;
}

/**
 * pip's tree, with the one difference that is meant: the address of a wheel is made of its content, since its path is of
 * this machine. The row of RECORD that tells of it is changed alike.
 */
function addressed(tree: ReturnType<typeof files>, place: string): ReturnType<typeof files> {
  const changed = new Map(tree);
  for (const [path, { mode, bytes }] of tree) {
    if (!path.endsWith('/direct_url.json')) continue;
    const row = (content: Buffer) =>
      `direct_url.json,sha256=${createHash('sha256').update(content).digest('base64url')},${content.length}`;
    const ours = Buffer.from(bytes.toString().replace(`${pathToFileURL(place)}/`, 'file:///'));
    const record = `${dirname(path)}/RECORD`;
    const text = tree.get(record)?.bytes.toString() ?? '';
    assert.ok(text.includes(row(bytes)), `${record} tells of direct_url.json`);
    changed.set(path, { mode, bytes: ours });
    changed.set(record, { mode: '644', bytes: Buffer.from(text.replace(row(bytes), row(ours))) });
  }
  return changed;
}

/** Every path at which two trees differ, and in what. */
function differences(ours: ReturnType<typeof files>, theirs: ReturnType<typeof files>): string[] {
  const found: string[] = [];
  for (const path of new Set([...ours.keys(), ...theirs.keys()])) {
    const [a, b] = [ours.get(path), theirs.get(path)];
    if (!a || !b) found.push(`${path}: ${a ? 'pip has it not' : 'only pip has it'}`);
    else if (a.mode !== b.mode) found.push(`${path}: mode ${a.mode}, pip's ${b.mode}`);
    // A .pyc of pip's has the time of its source in it.
    else if (!path.endsWith('.pyc') && !a.bytes.equals(b.bytes)) found.push(`${path}: other bytes`);
  }
  return found;
}

/** What an installation added to a virtual environment. */
function added(before: ReadonlySet<string>, venv: string): ReturnType<typeof files> {
  return new Map([...files(venv)].filter(([path]) => !before.has(path)));
}

async function layer(place: string, { venv, platform }: Pip, words: string[], env: Record<string, string> = {}) {
  const root = join(place, 'layer');
  await run('rm', ['-rf', root]);
  mkdirSync(root);
  await layertool(['wheel', '--platform-file', platform, ...words, '-q', '-o', join(place, 'layer.tar')], { env });
  await run('tar', ['-xf', join(place, 'layer.tar'), '-C', root]);
  return files(join(root, venv));
}

const is311 = async (t: TestContext): Promise<boolean> => {
  const { stdout } = await attempt('python3', ['-c', 'import sys; print(*sys.version_info[:2])']);
  if (stdout.toString() === '3 11\n') return true;
  t.skip('the wheels are for Python 3.11');
  return false;
};

test('real wheels, file by file as pip installs them', async (t) => {
  if (!peers(t, 'pip', 'python3', 'tar') || !(await is311(t))) return;
  const place = await folder(t);
  const all = await wheels();
  const theirs = await pip(place, 'venv', all);
  const before = new Set(files(theirs.venv).keys());
  await theirs.install('--no-compile', ...all);
  const found = differences(await layer(place, theirs, all), addressed(added(before, theirs.venv), dirname(all[0]!)));
  t.diagnostic(`${all.length} wheels, ${added(before, theirs.venv).size} files, ${found.length} differences`);
  assert.deepEqual(found, []);
});

test('compiled, and by requirement: the files that pip makes of them', async (t) => {
  if (!peers(t, 'pip', 'python3', 'tar') || !(await is311(t))) return;
  const place = await folder(t);
  const all = await wheels();
  const theirs = await pip(place, 'venv', all);
  const before = new Set(files(theirs.venv).keys());
  // What pip's settings say holds: an index that is a folder.
  const env = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: dirname(all[0]!) };
  const wanted = ['urllib3==1.26.7', 'docutils==0.17.1', 'awscli', 'PyYAML'];
  await theirs.install('--find-links', dirname(all[0]!), ...wanted);
  const ours = await layer(place, theirs, ['--compile', ...wanted], env);
  assert.deepEqual(differences(ours, added(before, theirs.venv)), []);
  const again = await layer(place, theirs, ['--compile', ...wanted], env);
  assert.deepEqual(ours, again, 'the same bytes again, .pyc files too');
});

test('on the Python of an image, found in it: imports and programs run', async (t) => {
  if (!peers(t, 'root', 'apt-get', 'apt-cache', 'dpkg', 'pip', 'python3', 'tar', 'chroot')) return;
  const place = await folder(t);
  const root = join(place, 'root');
  mkdirSync(root);
  const version = await python(root);
  const tar = 'tar -c --numeric-owner --owner=0 --group=0 -C root .';
  const wanted = 'MarkupSafe Pygments==2.16.1 urllib3==1.26.7';
  await bash(
    `layertool image <(${tar}) --compress gzip -o base.tar
    layertool wheel --target <(cat base.tar) --compile ${wanted} -o layer.tar
    layertool wheel --platform-file <(layertool python base.tar) --compile ${wanted} -o again.tar
    cmp layer.tar again.tar
    tar -xf layer.tar -C root`,
    { cwd: place },
  );
  const code = 'import markupsafe._speedups, urllib3, pygments; print(urllib3.__version__, pygments.__cached__)';
  const ran = await run('chroot', [root, '/usr/bin/python3', '-c', code]);
  const packages = `/usr/local/lib/python${version}/dist-packages`;
  assert.match(ran.stdout.toString(), new RegExp(`^1\\.26\\.7 ${packages}/pygments/__pycache__/__init__\\.`));
  const said = await run('chroot', [root, '/usr/local/bin/pygmentize', '-V']);
  assert.match(said.stdout.toString(), /^Pygments version 2\.16\.1/);
});
