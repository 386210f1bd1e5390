import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { tried } from '../command.ts';
import { docker } from './docker.ts';
import { attempt, bash, cli, find, folder, layertool, peers, run } from './tools.ts';

/** Two programs, a package of each kind beside them, and a dependency in a module of its own. */
const files: Record<string, string> = {
  'main/go.mod': `module example.test/main

go 1.21

require example.test/dep v1.0.0
replace example.test/dep => ../dep
`,
  'main/cmd/one/main.go': `package main

import (
	"example.test/dep"
	"example.test/main/inner"
)

var version = "none"

func main() { println("one", version, dep.Name, inner.Text, tagged) }
`,
  'main/cmd/one/with.go': '//go:build with\n\npackage main\n\nconst tagged = "with"\n',
  'main/cmd/one/without.go': '//go:build !with\n\npackage main\n\nconst tagged = "without"\n',
  'main/cmd/two/main.go': 'package main\n\nfunc main() { println("two") }\n',
  'main/inner/inner.go': 'package inner\n\nimport _ "embed"\n\n//go:embed "a text.txt"\nvar Text string\n',
  'main/inner/a text.txt': 'embedded',
  'main/inner/inner_test.go': 'package inner\n',
  'main/again/two/main.go': 'package main\n\nfunc main() {}\n',
  'dep/go.mod': 'module example.test/dep\n\ngo 1.21\n',
  'dep/dep.go': 'package dep\n\nconst Name = "dep"\n',
};

function write(place: string, contents: Record<string, string>): void {
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), content);
  }
}

async function module(t: TestContext): Promise<{ place: string; main: string }> {
  const place = await folder(t);
  write(place, files);
  return { place, main: join(place, 'main') };
}

test('go: one layer of several programs, each as go build makes it', async (t) => {
  if (!peers(t, 'go', 'tar')) return;
  const { place, main } = await module(t);
  const flags = ['-tags', 'with', '-ldflags', "-X 'main.version=a b'"];
  const layer = join(place, 'layer.tar');
  const { stderr } = await layertool(['go', ...flags, './cmd/...', '-o', layer], { cwd: main });
  assert.equal(stderr, '');
  const listed = (await run('tar', ['-tvf', layer], { env: { TZ: 'UTC' } })).stdout.toString();
  assert.match(listed, /^-rwxr-xr-x root\/root +\d+ 1970-01-01 00:00 usr\/local\/bin\/one\n.* usr\/local\/bin\/two\n$/);

  // What go says of its work does not go into the layer.
  const told = await bash('layertool go -x ./cmd/two | tar -t', { cwd: main });
  assert.equal(told.stdout.toString(), 'usr/local/bin/two\n');
  assert.match(told.stderr, /^WORK=/m);

  await run('tar', ['-xf', layer, '-C', place]);
  mkdirSync(join(place, 'own'));
  const reproducible = ['-trimpath', '-buildvcs=false'];
  const env = { CGO_ENABLED: '0', GOOS: 'linux', GOARCH: 'amd64', GOFLAGS: '' };
  await run('go', ['build', ...reproducible, ...flags, '-o', `${place}/own/`, './cmd/...'], { cwd: main, env });
  for (const name of ['one', 'two']) await run('cmp', [`own/${name}`, `usr/local/bin/${name}`], { cwd: place });
  const about = await run('go', ['version', '-m', 'usr/local/bin/one'], { cwd: place });
  assert.match(about.stdout.toString(), /^\tmod\texample.test\/main\t\(devel\)\t$/m);

  const asked = join(place, 'asked.tar');
  const GOFLAGS = `-tags=with "-ldflags=-X 'main.version=a b'"`;
  await layertool(['go', '-C', main, './cmd/one', './cmd/two', '--prefix', '/app', '-o', asked], { env: { GOFLAGS } });
  await run('tar', ['-xf', asked, '-C', place]);
  await run('cmp', ['app/one', 'own/one'], { cwd: place });
  await layertool(['go', '-trimpath=false', './cmd/one', '-o', asked], { cwd: main });
  const untrimmed = (await run('tar', ['-xOf', asked])).stdout;
  assert.ok(untrimmed.includes(`${main}/cmd/one/main.go`), 'what the user says of -trimpath counts');
});

test('go: the same layer from another folder, from a clone, from an export, and from a workspace of modules', async (t) => {
  if (!peers(t, 'go', 'git', 'tar')) return;
  const { place } = await module(t);
  await bash(
    `git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -qm 1 && git tag main/v1.2.3
     git clone -q . elsewhere/clone && mkdir exported && git archive HEAD | tar -xC exported
     for in in . elsewhere/clone exported; do (cd $in/main && layertool go ./cmd/one) >layer.tar; cksum <layer.tar; done >sums
     mkdir work && printf 'go 1.21\\n\\nuse (\\n\\t../main\\n\\t../dep\\n)\\n' >work/go.work
     (cd work && layertool go ../main/cmd/two) >work.tar && (cd elsewhere/clone/main && layertool go ./cmd/two) | cmp - work.tar
     test $(sort -u sums | wc -l) = 1`,
    { cwd: place },
  );
});

test('go: programs for other platforms and variants', async (t) => {
  if (!peers(t, 'go', 'tar')) return;
  const { place, main } = await module(t);
  const targets: [platform: string, name: string, settings: string[]][] = [
    ['linux/arm/v6', 'two', ['GOOS=linux', 'GOARCH=arm', 'GOARM=6']],
    ['linux/arm64/v8', 'two', ['GOARCH=arm64']],
    ['linux/amd64/v3', 'two', ['GOARCH=amd64', 'GOAMD64=v3']],
    ['windows/amd64', 'two.exe', ['GOOS=windows', 'GOARCH=amd64']],
  ];
  for (const [platform, name, settings] of targets) {
    const layer = join(place, 'layer.tar');
    // What the environment says is no platform to build for.
    const env = { GOOS: 'plan9', GOARCH: '386' };
    await layertool(['go', '--platform', platform, './cmd/two', '-o', layer], { cwd: main, env });
    await run('tar', ['-xf', layer, '-C', place]);
    const { stdout } = await run('go', ['version', '-m', join(place, 'usr/local/bin', name)]);
    for (const setting of settings) assert.match(stdout.toString(), new RegExp(`^\tbuild\t${setting}`, 'm'), platform);
  }
  for (const platform of ['linux/amd64/v9', 'linux/s390x/v1']) {
    const { status, stderr } = await tried(['go', '--platform', platform, '.']);
    assert.equal(status, 2);
    assert.match(stderr, /^layertool go: go knows no variant v[19] of linux\/\w+\n$/);
  }
});

test('go: what cannot be a layer of programs is refused, and compile errors are shown as go prints them', async (t) => {
  if (!peers(t, 'go')) return;
  const { place, main } = await module(t);
  write(main, { 'broken/main.go': 'package main\n\nfunc main() { missing() }\n' });
  // A go that builds for the machine it runs on, whatever it is asked for.
  write(place, { 'bin/go': `#!/bin/sh\nunset GOOS GOARCH\nexec ${find('go')} "$@"\n` });
  chmodSync(join(place, 'bin/go'), 0o755);
  const foreign = process.arch === 'arm64' ? 'linux/amd64' : 'linux/arm64';
  const wrong: [words: string[], status: number, stderr: RegExp, env?: Record<string, string>][] = [
    [
      ['./broken'],
      1,
      /^broken\/main.go:3:15: undefined: missing\nlayertool go: go build: failed with exit status 1\n$/m,
    ],
    [
      ['./inner'],
      1,
      /^layertool go: example.test\/main\/inner: is not a program: its package is inner, not main\nhint: /,
    ],
    [['fmt'], 1, /^layertool go: fmt: is not a program: its package is fmt, not main$/m],
    [['./cmd/two', './again/two'], 1, /2 programs would have 1 names: two\nhint: build them in two calls/],
    [['./nowhere'], 1, /^layertool go: go list: failed with exit status 1$/m],
    [
      ['example.test/x@v1.0.0'],
      2,
      /^layertool go: example.test\/x@v1.0.0: a package is named without a version\nhint: /,
    ],
    [
      ['-buildmode=c-archive', './cmd/two'],
      1,
      /go built it, but not as a program for linux\/amd64|programs would have/,
    ],
    [
      ['--platform', foreign, './cmd/two'],
      1,
      /two: go built it, but not as a program/,
      { PATH: `${place}/bin:${process.env.PATH}` },
    ],
    [['.'], 1, /^layertool go: go: is not on PATH\nhint: layertool go needs the Go toolchain\n$/, { PATH: '/nowhere' }],
  ];
  for (const [words, status, stderr, env] of wrong) {
    const outcome = await attempt(process.execPath, [cli, 'go', ...words, '-o', 'layer.tar'], {
      cwd: main,
      ...(env && { env }),
    });
    assert.match(outcome.stderr, stderr, words.join(' '));
    assert.equal(outcome.status, status);
    assert.throws(() => statSync(join(main, 'layer.tar')));
  }
});

test('go: --depfile lets Make know when to build again', async (t) => {
  if (!peers(t, 'go', 'make')) return;
  const { place, main } = await module(t);
  write(main, {
    Makefile: `layer.tar: ; layertool go -o $@ --depfile layer.d ./cmd/one && echo made >>log\n-include layer.d\n`,
  });
  const past = (name: string) => utimesSync(join(place, name), 1e9, 1e9);
  for (const name of Object.keys(files)) past(name);
  const make = async (): Promise<boolean> => {
    rmSync(join(main, 'log'), { force: true });
    await bash('make -s SHELL=bash', { cwd: main });
    return statSync(join(main, 'log'), { throwIfNoEntry: false }) !== undefined;
  };
  assert.ok(await make());
  assert.ok(!(await make()), 'nothing has changed');
  const rules = readFileSync(join(main, 'layer.d'), 'utf8');
  assert.doesNotMatch(rules, /inner_test|cmd\/two|\bfmt\b|with\.go.*\bwith\.go/);
  const sources = ['main/go.mod', 'main/cmd/one/main.go', 'main/inner/inner.go', 'main/inner/a text.txt', 'dep/dep.go'];
  for (const name of sources) {
    writeFileSync(
      join(place, name),
      `${files[name]}${name.endsWith('.go') || name.endsWith('.mod') ? `// ${name}\n` : '.'}`,
    );
    // The layer may come out the same, and is left untouched then.
    const time = Date.now() / 1000 + 60;
    utimesSync(join(place, name), time, time);
    assert.ok(await make(), `${name} has changed`);
    past(name);
    const now = Date.now() / 1000;
    utimesSync(join(main, 'layer.tar'), now, now);
    assert.ok(!(await make()));
  }
  rmSync(join(main, 'cmd/one/without.go'));
  write(main, { 'cmd/one/renamed.go': files['main/cmd/one/without.go']! });
  assert.ok(await make(), 'a file that is gone does not stop Make');

  const { status, stderr } = await tried(['go', '--depfile', join(place, 'd'), '.']);
  assert.deepEqual([status, stderr], [2, 'layertool go: --depfile needs -o FILE, which is what its rule is for\n']);
});

/** Prints a file of the data that ko brings along. */
const reader = `package main

import (
	"fmt"
	"os"
)

func main() {
	text, err := os.ReadFile(os.Getenv("KO_DATA_PATH") + "/text")
	fmt.Printf("%s%v in %v\\n", text, err, os.Args)
}
`;

test('go: a program from scratch runs in docker, and ko builds the same one', async (t) => {
  if (!peers(t, 'root', 'go', 'ko', 'docker', 'dockerd', 'tar')) return;
  const { main } = await module(t);
  write(main, { 'cmd/app/main.go': reader, 'cmd/app/kodata/text': 'data' });
  const { host } = await docker(t);
  const settings = { cwd: main, env: { HOST: host, DOCKER_HOST: host, GOFLAGS: '' } };
  const run = async (image: string): Promise<string> => {
    const { stdout, stderr } = await bash(`docker -H $HOST run --rm --network none ${image}`, settings);
    return stdout + stderr;
  };
  await bash(
    `layertool image -t it:1 --entrypoint /usr/local/bin/one <(layertool go ./cmd/one) | docker -H $HOST load -q`,
    settings,
  );
  assert.equal(await run('it:1'), 'one none dep embedded without\n');

  // As README.md tells users of ko, on a base whose /var/run is a symlink, as Debian's is.
  await bash(
    `mkdir -p base/run base/var base/etc && ln -s /run base/var/run && touch base/etc/os-release
     layertool image -t ko.local/base:1 -o base.tar <(layertool dir base) && docker -H $HOST load -q -i base.tar
     layertool image --base base.tar -t app:1 --entrypoint /ko-app/app -e KO_DATA_PATH=/var/run/ko \
       <(layertool go --prefix /ko-app ./cmd/app) <(layertool dir --prefix /var/run/ko cmd/app/kodata) |
       docker -H $HOST load -q
     KO_DEFAULTBASEIMAGE=ko.local/base:1 ko build --local --sbom=none ./cmd/app >theirs.ref
     id=$(docker -H $HOST create --network none $(cat theirs.ref)) && docker -H $HOST cp "$id:/ko-app/app" theirs
     layertool go --prefix / ./cmd/app | tar -x && cmp app theirs`,
    settings,
  );
  assert.equal(await run('app:1'), 'data<nil> in [/ko-app/app]\n');
  assert.equal(await run('$(cat theirs.ref)'), await run('app:1'));
});
