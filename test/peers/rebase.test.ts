import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { python } from './base.ts';
import { docker } from './docker.ts';
import { example } from './example.ts';
import { attempt, bash, cli, folder, peers } from './tools.ts';

/**
 * A Python of Debian's, as docker imports it, and the same with an update, of which no layer is shared: an image on the one is
 * rebased onto the other, and is the image that is built there.
 */
test('an image that is rebased in docker is the one that is built on the new base', async (t) => {
  if (!peers(t, 'root', 'docker', 'dockerd', 'apt-get', 'apt-cache', 'dpkg', 'pip', 'python3')) return;
  const cwd = await folder(t);
  mkdirSync(join(cwd, 'base'));
  const version = await python(join(cwd, 'base'));
  const { wheel } = await example(cwd);
  const { host } = await docker(t);
  const settings = { cwd, env: { HOST: host, WHEEL: wheel } };
  await bash(
    `imported() { tar -c --numeric-owner --owner=0 --group=0 -C base . | docker -H $HOST import "$@" >/dev/null; }
     mkdir -p base/etc; echo 1 > base/etc/release
     imported -c 'ENV RELEASE=1' -c 'CMD ["python3"]' - old
     echo 2 > base/etc/release; echo more > base/etc/new
     imported -c 'ENV RELEASE=2 MORE=x' -c 'CMD ["python3"]' - new
     docker -H $HOST save old > old.tar; docker -H $HOST save new > new.tar
     layertool wheel --target old.tar $WHEEL -o app.tar
     echo 'config' > conf; layertool file conf:/etc/app/conf -o conf.tar
     build() { layertool image --base "$1" app.tar conf.tar -e APP=1 --created-by app -q; }
     build old.tar > built.tar
     build new.tar > fresh.tar`,
    settings,
  );
  await bash('layertool rebase built.tar --from old.tar --onto <(cat new.tar) -t rebased -o rebased.tar', settings);
  const { stdout } = await attempt(process.execPath, [cli, 'diff', 'fresh.tar', 'rebased.tar'], { cwd });
  // What is built on it has the time of now, which here is 1970 for both.
  assert.equal(stdout.toString(), '');
  await bash('docker -H $HOST load -q < rebased.tar', settings);
  const program =
    'import importlib.metadata, os; print(importlib.metadata.version("greet"), os.environ["RELEASE"], os.environ["MORE"], os.environ["APP"], open("/etc/release").read().strip(), open("/etc/app/conf").read().strip())';
  writeFileSync(join(cwd, 'program'), program);
  const ran = await bash('docker -H $HOST run --rm --network none rebased python3 -c "$(cat program)"', settings).catch(
    (error) => {
      throw new Error(`Python ${version}: ${error.message}`);
    },
  );
  assert.equal(ran.stdout.toString().trim(), '1.0 2 x 1 2 config');
});
