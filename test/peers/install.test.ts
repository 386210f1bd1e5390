import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { attempt, folder, type Outcome, peers, root, run } from './tools.ts';

/** What is downloaded and kept by everyone who installs it, in bytes. */
const UNPACKED_LIMIT = 1_000_000;

interface Home {
  readonly place: string;
  /** Runs a line of bash as the person whose home it is. */
  bash(line: string): Promise<Outcome>;
}

/** A person whom nobody has prepared anything for: root's tests make one of `nobody`. */
async function home(t: TestContext): Promise<Home> {
  const place = await folder(t);
  // Whoever installs must get at it, through every folder above.
  chmodSync(place, 0o777);
  const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
  const settings = [`HOME=${place}`, `PATH=${path}`, `TMPDIR=${place}`, 'LANG=C.UTF-8'];
  const person = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  return {
    place,
    bash: (line) => run('env', ['-i', ...settings, ...person, 'bash', '-euo', 'pipefail', '-c', line], { cwd: place }),
  };
}

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
}

async function packed(place: string): Promise<Packed> {
  const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', place];
  const [first]: Packed[] = JSON.parse((await run('npm', words, { cwd: root })).stdout.toString());
  if (first === undefined) throw new Error('npm packs nothing');
  return first;
}

test('the package is small, and a stranger installs it without a network and uses it', async (t) => {
  if (!peers(t, 'npm', 'bash', 'env')) return;
  const { place, bash } = await home(t);
  const { filename, unpackedSize } = await packed(place);
  chmodSync(join(place, filename), 0o644);
  assert.ok(unpackedSize < UNPACKED_LIMIT, `${unpackedSize} bytes`);

  await bash(`echo '{"private":true}' > package.json; npm install --offline --no-audit --no-fund ./${filename}`);
  const modules = readdirSync(join(place, 'node_modules')).filter((name) => !name.startsWith('.'));
  assert.deepEqual(modules, ['layertool'], 'it brings no other package');

  const version = (await bash('npx --offline layertool --version')).stdout.toString();
  assert.match(version, /^layertool \d+\.\d+\.\d+\n$/);

  // A layer, an image of it, and what is said of it, by pipes alone.
  mkdirSync(join(place, 'site'));
  writeFileSync(join(place, 'site/index.html'), '<h1>hello</h1>\n');
  const use = 'PATH=$PWD/node_modules/.bin:$PATH\n';
  const shown = await bash(
    `${use}layertool image -t site <(layertool squash <(layertool dir site)) | layertool inspect -`,
  );
  assert.match(shown.stdout.toString(), /linux\/amd64.*index\.html/s);

  const completed = await bash(`${use}source <(layertool completion bash)
    COMP_WORDS=(layertool squ) COMP_CWORD=1; _layertool; echo "\${COMPREPLY[@]}"`);
  assert.equal(completed.stdout.toString(), 'squash\n');
  const page = (await bash(`${use}layertool man squash`)).stdout.toString();
  assert.match(page, /^\.TH LAYERTOOL\\-SQUASH 1 /);
  const library = `import('layertool').then(({ parseReference }) => console.log(parseReference('debian:12').repository))`;
  assert.equal((await bash(`node -e "${library}"`)).stdout.toString(), 'library/debian\n');
});

test('the package can be installed for all, and taken out', async (t) => {
  if (!peers(t, 'npm', 'bash', 'env')) return;
  const { place, bash } = await home(t);
  const { filename } = await packed(place);
  chmodSync(join(place, filename), 0o644);
  const npm = 'npm --offline --no-audit --no-fund --prefix "$HOME/global" -g';
  await bash(`${npm} install ./${filename}`);
  assert.match((await bash('global/bin/layertool help')).stdout.toString(), /^Usage: layertool COMMAND/);
  await bash(`${npm} uninstall layertool`);
  assert.notEqual((await attempt(join(place, 'global/bin/layertool'), []).catch(() => ({ status: 127 }))).status, 0);
});
