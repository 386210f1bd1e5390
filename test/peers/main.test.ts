import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { python } from './base.ts';
import { contents } from './contents.ts';
import { docker } from './docker.ts';
import { example } from './example.ts';
import { bash, folder, peers, run } from './tools.ts';

/** The line that the project is for. Everything in it is a pipe. */
const line = `
layertool image --base=<(docker -H $HOST save base) --tag main:1 --entrypoint /usr/local/bin/greet \\
  <(layertool squash <(layertool wheel --platform-file python.yml $URLLIB3) \\
                     <(layertool wheel --platform-file python.yml $BS4 $SOUPSIEVE)) \\
  <(layertool squash <(layertool wheel --platform-file python.yml $WHEEL) <(cd $MODULE && layertool go ./greet)) |
  tee image.tar | docker -H $HOST load`;

/** Debian's own place for what pip installs. */
const platform = (version: string) => `
ConsoleShebang: /usr/bin/python3
GraphicalShebang: /usr/bin/python3
Scheme:
  purelib: /usr/local/lib/python${version}/dist-packages
  platlib: /usr/local/lib/python${version}/dist-packages
  headers: /usr/local/include/python${version}
  scripts: /usr/local/bin
  data: /usr/local
`;

test('the main job: wheels and a Go program on a real Python, from pipes into docker', async (t) => {
  if (!peers(t, 'root', 'docker', 'dockerd', 'apt-get', 'apt-cache', 'dpkg', 'pip', 'python3', 'go')) return;
  const place = await folder(t);
  const base = join(place, 'base');
  mkdirSync(base);
  const version = await python(base);
  const wanted = ['urllib3==1.26.7', 'beautifulsoup4==4.10.0'];
  await run('pip', ['download', '-q', '--only-binary=:all:', '-d', 'wheels', ...wanted], { cwd: place });
  const wheels = readdirSync(join(place, 'wheels')).map((name) => join('wheels', name));
  const { wheel, module } = await example(place);
  writeFileSync(join(place, 'python.yml'), platform(version));

  const { host } = await docker(t);
  const env: Record<string, string> = { HOST: host, WHEEL: wheel, MODULE: module };
  for (const name of ['urllib3', 'beautifulsoup4', 'soupsieve']) {
    const found = wheels.find((file) => file.startsWith(`wheels/${name}-`));
    assert.ok(found, `${name} among ${wheels.join(' ')}`);
    env[name === 'beautifulsoup4' ? 'BS4' : name.toUpperCase()] = found;
  }
  const settings = { cwd: place, env };
  await bash('tar -c --numeric-owner --owner=0 --group=0 -C base . | docker -H $HOST import - base', settings);

  const start = Date.now();
  await bash(line, settings);
  t.diagnostic(`the line took ${Date.now() - start} ms`);
  const { stdout } = await bash('docker -H $HOST run --rm --network none main:1', settings);
  assert.match(stdout.toString(), /^Go hears: the main job runs with bs4 4\.10\.0 and urllib3 1\.26\.7$/m);
  const { layers } = await contents(join(place, 'image.tar'), join(place, 'image'));
  assert.equal(layers.length, 3);

  // Again, with files in the place of the pipes.
  const files = [
    'docker -H $HOST save base >base.tar',
    'layertool wheel --platform-file python.yml $URLLIB3 >1.tar',
    'layertool wheel --platform-file python.yml $BS4 $SOUPSIEVE -o 2.tar',
    'layertool wheel --platform-file python.yml <(cat $WHEEL) >3.tar',
    '(cd $MODULE && layertool go ./greet) >4.tar',
    'layertool squash 1.tar 2.tar >5.tar',
    'layertool squash 3.tar - <4.tar >6.tar',
    'layertool image --base base.tar --tag main:1 --entrypoint /usr/local/bin/greet 5.tar 6.tar -o again.tar',
    'cmp image.tar again.tar',
  ];
  await bash(files.join('\n'), settings);
});
