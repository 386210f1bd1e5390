import assert from 'node:assert/strict';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { cache, python } from './base.ts';
import { attempt, bash, folder, layertool, peers, run } from './tools.ts';

/* Real locks, made by the tools of the day; what is installed of them, beside what uv installs. */

interface Target {
  readonly name: string;
  readonly version: string;
  /** As uv calls it. */
  readonly uv: string;
  readonly libc: string;
  readonly architecture: string;
  readonly packages: string;
}

const targets: readonly Target[] = [
  {
    name: "Debian's Python",
    version: '3.11.2',
    uv: 'x86_64-manylinux_2_36',
    libc: 'glibc 2.36',
    architecture: 'x86_64',
    packages: '/usr/local/lib/python3.11/dist-packages',
  },
  {
    name: 'official 3.12',
    version: '3.12.4',
    uv: 'x86_64-manylinux_2_36',
    libc: 'glibc 2.36',
    architecture: 'x86_64',
    packages: '/usr/local/lib/python3.12/site-packages',
  },
  {
    name: 'aarch64',
    version: '3.12.4',
    uv: 'aarch64-manylinux_2_36',
    libc: 'glibc 2.36',
    architecture: 'aarch64',
    packages: '/usr/local/lib/python3.12/site-packages',
  },
  {
    name: 'musl',
    version: '3.13.1',
    uv: 'x86_64-unknown-linux-musl',
    libc: 'musl 1.2',
    architecture: 'x86_64',
    packages: '/usr/local/lib/python3.13/site-packages',
  },
];

const minor = ({ version }: Target): string => version.split('.').slice(0, 2).join('.');

function platformFile(place: string, target: Target): string {
  const path = join(place, `${target.name}.yaml`);
  const python = `python${minor(target)}`;
  writeFileSync(
    path,
    [
      `ConsoleShebang: /usr/local/bin/${python}`,
      `Scheme:\n  purelib: ${target.packages}\n  platlib: ${target.packages}`,
      `  headers: /usr/local/include/${python}\n  scripts: /usr/local/bin\n  data: /usr/local`,
      `Version: "${target.version}"\nABI: cp${minor(target).replace('.', '')}\nLibc: ${target.libc}\nArchitecture: ${target.architecture}\n`,
    ].join('\n'),
  );
  return path;
}

/** A project, and how uv is asked for what of it. */
interface Project {
  readonly toml: string;
  readonly words: readonly string[];
}

const projects: Readonly<Record<string, Project>> = {
  service: {
    toml: `[project]
name = "service"
version = "1"
requires-python = ">=3.11"
dependencies = ["fastapi", "uvicorn[standard]", "numpy"]
[project.optional-dependencies]
db = ["sqlalchemy[asyncio]", "psycopg[binary]; sys_platform == 'linux'"]
[dependency-groups]
dev = ["pytest"]
trace = ["opentelemetry-sdk"]
`,
    words: ['--extra', 'db', '--group', 'trace'],
  },
  forks: {
    toml: `[project]
name = "forks"
version = "1"
requires-python = ">=3.11"
dependencies = [
  "markupsafe==2.1.5; python_version < '3.12'", "markupsafe>=3; python_version >= '3.12'",
  "cffi; platform_machine == 'x86_64'", "pyzmq; platform_machine == 'aarch64'", "tzdata; sys_platform == 'win32'",
  "packaging", "rich; python_full_version >= '3.12.3'",
]
[project.optional-dependencies]
old = ["click==8.1.7", "idna==3.6"]
new = ["click==8.1.8"]
[tool.uv]
conflicts = [[{ extra = "old" }, { extra = "new" }]]
`,
    words: ['--extra', 'old'],
  },
  notebook: {
    toml: `[project]
name = "notebook"
version = "1"
requires-python = ">=3.11"
dependencies = ["jupyterlab"]
`,
    words: [],
  },
};

interface Lock {
  readonly name: string;
  readonly path: string;
  /** The words for layertool. */
  readonly words: readonly string[];
  /** The same for uv, in a file that \`uv pip install\` reads. */
  readonly uv: string;
  /** Whether it is for one environment, and which. */
  readonly only?: string;
}

/** The locks, made once a run. */
async function locksIn(place: string): Promise<Lock[]> {
  const locks: Lock[] = [];
  for (const [name, { toml, words }] of Object.entries(projects)) {
    const cwd = join(place, name);
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'pyproject.toml'), toml);
    await run('uv', ['lock', '-q'], { cwd });
    await run(
      'uv',
      ['export', '-q', '--no-dev', '--no-emit-project', '--format', 'pylock.toml', ...words, '-o', 'pylock.toml'],
      { cwd },
    );
    locks.push({ name: `uv.lock of ${name}`, path: join(cwd, 'uv.lock'), words, uv: join(cwd, 'pylock.toml') });
    locks.push({
      name: `pylock.toml of ${name}`,
      path: join(cwd, 'pylock.toml'),
      words: [],
      uv: join(cwd, 'pylock.toml'),
    });
  }
  const cwd = join(place, 'service');
  await run(
    'uv',
    [
      'pip',
      'compile',
      '-q',
      '--universal',
      '--python-version',
      '3.11',
      '--generate-hashes',
      'pyproject.toml',
      '-o',
      'requirements.txt',
    ],
    { cwd },
  );
  locks.push({
    name: 'requirements with hashes',
    path: join(cwd, 'requirements.txt'),
    words: [],
    uv: join(cwd, 'requirements.txt'),
  });
  const pip = await newPip();
  const { stdout } = await attempt('python3', ['-c', 'import sys; print(*sys.version_info[:2], sep=".")']);
  if (stdout.toString().trim() === '3.11') {
    const lock = join(place, 'pylock.pip.toml');
    const env = { PYTHONPATH: pip };
    await run('python3', ['-m', 'pip', 'lock', '-q', '--only-binary', ':all:', 'requests', 'PyYAML', '-o', lock], {
      env,
      cwd: place,
    });
    locks.push({ name: 'pip lock', path: lock, words: [], uv: lock, only: "Debian's Python" });
  }
  return locks;
}

/** A pip that locks. */
async function newPip(): Promise<string> {
  const place = join(cache, 'pip==26.3');
  if (!existsSync(place)) await run('pip', ['download', '-q', '--no-deps', '--dest', place, 'pip==26.3']);
  return join(place, readdirSync(place)[0] ?? '');
}

/** What tells a wheel from others of its project: WHEEL has its tags, METADATA its version. */
function installedIn(packages: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(packages)
    .filter((one) => one.endsWith('.dist-info'))
    .sort()) {
    const texts = ['WHEEL', 'METADATA'].map((file) => readFileSync(join(packages, name, file), 'latin1'));
    found[name.toLowerCase()] = texts.join('\n');
  }
  return found;
}

/** The wheels of a lock that are in a cache, under their names. */
function wheelsOf(lock: string, kept: string, into: string): void {
  mkdirSync(into);
  const text = readFileSync(lock, 'utf8');
  const files = text.matchAll(/([^/"\s]+\.whl)"[\s\S]*?\b([0-9a-f]{64})"/g);
  const names = new Set<string>();
  for (const [, name = '', hex = ''] of files) {
    const path = join(kept, 'layertool/sha256', hex.slice(0, 2), hex);
    if (!existsSync(path) || names.has(name)) continue;
    names.add(name);
    linkSync(path, join(into, decodeURIComponent(name)));
  }
}

test('real locks, for four targets: the wheels that uv takes, and the layer of those wheels', async (t) => {
  if (!peers(t, 'uv', 'pip', 'python3', 'tar')) return;
  const place = await folder(t);
  const locks = await locksIn(place);
  let compared = 0;
  for (const [number, target] of targets.entries()) {
    const platform = platformFile(place, target);
    for (const [at, lock] of locks.entries()) {
      if (lock.only !== undefined && lock.only !== target.name) continue;
      const work = join(place, `${number}-${at}`);
      mkdirSync(join(work, 'root'), { recursive: true });
      const what = `${lock.name} for ${target.name}`;
      // Locks share a cache, as they do on a machine.
      const env = { XDG_CACHE_HOME: join(place, `cache-${number}`) };
      const layer = join(work, 'layer.tar');
      await layertool(['wheel', '--lock', lock.path, '--platform-file', platform, ...lock.words, '-q', '-o', layer], {
        env,
      });
      await run('tar', ['-xf', layer, '-C', join(work, 'root')]);
      const theirs = join(work, 'uv');
      const uvWords = [
        '--python-platform',
        target.uv,
        '--python-version',
        target.version,
        '--only-binary',
        ':all:',
        '--no-deps',
      ];
      await run('uv', ['pip', 'install', '-q', '--target', theirs, ...uvWords, '-r', lock.uv], { cwd: work });
      const ours = installedIn(join(work, 'root', target.packages));
      assert.deepEqual(ours, installedIn(theirs), what);
      compared += Object.keys(ours).length;
      wheelsOf(lock.path, env.XDG_CACHE_HOME, join(work, 'wheels'));
      if (lock.path.endsWith('.lock')) {
        await sameAsWheels(work, platform, ours, layer, what);
        // The second run needs no network.
        const offline = { ...env, HTTPS_PROXY: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' };
        const again = join(work, 'again.tar');
        await layertool(['wheel', '--lock', lock.path, '--platform-file', platform, ...lock.words, '-q', '-o', again], {
          env: offline,
        });
        assert.ok(readFileSync(again).equals(readFileSync(layer)), what);
      }
    }
  }
  t.diagnostic(`${locks.length} locks, ${targets.length} targets, ${compared} wheels as uv takes them`);
});

/** The layer of the wheels themselves, which pip brings from a folder, byte for byte. */
async function sameAsWheels(work: string, platform: string, ours: Record<string, string>, layer: string, what: string) {
  const pins = Object.keys(ours).map((name) => name.replace(/-([^-]+)\.dist-info$/, '==$1'));
  const env = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: join(work, 'wheels') };
  const given = join(work, 'given.tar');
  await layertool(['wheel', '--platform-file', platform, ...pins, '-q', '-o', given], { env });
  assert.ok(readFileSync(given).equals(readFileSync(layer)), `${what}: byte for byte`);
}

test('two layers of a lock, and both in one, hold the same files', async (t: TestContext) => {
  if (!peers(t, 'uv', 'tar', 'bash')) return;
  const place = await folder(t);
  writeFileSync(join(place, 'pyproject.toml'), projects['service']!.toml);
  await run('uv', ['lock', '-q'], { cwd: place });
  const env = { XDG_CACHE_HOME: join(place, 'cache') };
  await bash(
    `layertool wheel -q --python 3.12 --lock uv.lock -o one.tar
    layertool squash <(layertool wheel -q --python 3.12 --lock uv.lock --only numpy --only 'uv*') \\
      <(layertool wheel -q --python 3.12 --lock uv.lock --except numpy --except 'uv*') -o two.tar
    layertool squash one.tar -o same.tar
    cmp same.tar two.tar`,
    { cwd: place, env },
  );
});

test('on the Python of an image: a service from its uv.lock imports, and answers', async (t) => {
  if (!peers(t, 'root', 'uv', 'apt-get', 'apt-cache', 'dpkg', 'tar', 'chroot')) return;
  const place = await folder(t);
  const root = join(place, 'root');
  mkdirSync(root);
  const version = await python(root);
  writeFileSync(join(place, 'pyproject.toml'), projects['service']!.toml);
  await run('uv', ['lock', '-q'], { cwd: place });
  const env = { XDG_CACHE_HOME: join(place, 'cache') };
  await bash(
    `layertool image <(tar -c --numeric-owner --owner=0 --group=0 -C root .) --compress gzip -o base.tar
    layertool python base.tar > platform.yaml
    layertool wheel --target base.tar --lock uv.lock --compile -o layer.tar
    layertool wheel --platform-file platform.yaml --lock uv.lock --compile -o again.tar
    cmp layer.tar again.tar
    tar -xf layer.tar -C root`,
    { cwd: place, env },
  );
  assert.match(
    readFileSync(join(place, 'platform.yaml'), 'utf8'),
    new RegExp(`Version: ${version.replace('.', '\\.')}\\.\\d+`),
  );
  // numpy wants a libstdc++, which this little Debian has not.
  const code = [
    'import fastapi, pydantic_core, uvloop',
    'app = fastapi.FastAPI()',
    "app.get('/')(lambda: {'sum': 6})",
    'print(app.openapi()["paths"], fastapi.__cached__)',
  ].join('\n');
  const ran = await run('chroot', [root, '/usr/bin/python3', '-c', code]);
  assert.match(ran.stdout.toString(), /'\/'.*__pycache__/);
  const uvicorn = await run('chroot', [root, '/usr/local/bin/uvicorn', '--version']);
  assert.match(uvicorn.stdout.toString(), /^Running uvicorn/);
});
