import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { docker } from './docker.ts';
import { bash, folder, layertool, peers } from './tools.ts';
import { attributes, diff, read, type Tree } from './tree.ts';

/** One of everything, made by the tools that people make them with. */
const everything = `
mkdir -p d/sub a a-b "$(printf 'd/\\377\\351')" && cd d
printf one >file && ln file second && ln file ../a/third && chmod 6711 file
ln -s "$(printf '\\377')" symlink && ln symlink symlink2 && ln -s /etc/passwd absolute
mkfifo fifo && chmod 1777 sub
printf x >"$(printf 'new\\nline')" && printf x >"$(printf '\\377\\351/\\200')"
long=$(printf 'l%.0s' $(seq 200)) && mkdir -p $long/$long && printf x >$long/$long/$long
head -c 300000 /dev/urandom >large && truncate -s 3000000 sparse && printf end >>sparse
setfattr -n user.one -v 0x00ff0a file && setfattr -n user.empty large && setfattr -n user.dir -v x sub
touch -d '2001-02-03 04:05:06.123456789 UTC' file large`;

const rooted = `
mknod null c 1 3 && mknod block b 259 70000 && chown 1000:2000 large && chown -h 70000:4294967 symlink
ln fifo fifo2 && touch -h -d '1969-12-31 23:59:58 UTC' symlink sparse
setcap cap_net_raw+ep file && setfattr -n trusted.not -v x file`;

async function made(t: TestContext, more = ''): Promise<string> {
  const place = await folder(t);
  mkdirSync(join(place, 'tree'));
  await bash(`cd tree; ${everything}${more}`, { cwd: place });
  return place;
}

async function trees(...places: string[]): Promise<Tree[]> {
  const list = new Map(places.map((place) => [place, read(place, ['.dockerenv', 'dev', 'etc', 'proc', 'sys'])]));
  await attributes(list);
  return [...list.values()];
}

const appliers: [name: string, tools: string[], extract: string][] = [
  ['GNU tar', ['tar'], `tar --xattrs --xattrs-include='*' --delay-directory-restore -xpf layer.tar -C out`],
  ['bsdtar', ['bsdtar'], 'LC_ALL=C.UTF-8 bsdtar --xattrs -xpf layer.tar -C out'],
];

for (const [name, tools, extract] of appliers)
  test(`dir: what ${name} extracts is the directory`, async (t) => {
    if (!peers(t, ...tools, 'root', 'getfattr', 'setfattr', 'setcap')) return;
    const place = await made(t, rooted);
    await bash(`layertool dir tree -o layer.tar && mkdir out && ${extract}`, { cwd: place });
    const [wanted, got] = await trees(join(place, 'tree'), join(place, 'out'));
    assert.deepEqual(diff(wanted!, got!), []);
    const devices = `cd $1 && stat -c '%n %F %t:%T %a' d/null d/block d/file && getcap d/file`;
    await bash(`f() { ${devices}; }; cmp <(f tree) <(f out)`, { cwd: place });
    const { stdout } = await bash('bsdtar -tf layer.tar >/dev/null; tar --xattrs -tvvf layer.tar', { cwd: place });
    assert.doesNotMatch(stdout.toString(), /trusted/);
  });

test('dir: what docker makes of it is the directory', async (t) => {
  if (!peers(t, 'root', 'docker', 'dockerd', 'getfattr', 'setfattr', 'tar')) return;
  // docker keeps no attributes of users, and gives back a hard-linked symlink as two.
  const place = await made(
    t,
    '\nfind . -type f -exec setfattr -x user.one {} \\; 2>/dev/null; setfattr -x user.dir sub; setfattr -x user.empty large',
  );
  const daemon = await docker(t);
  await bash('layertool image -t it:1 <(layertool dir tree) | docker -H $HOST load -q', {
    cwd: place,
    env: { HOST: daemon.host },
  });
  await daemon.export('it:1', join(place, 'exported.tar'));
  await bash('mkdir out && tar -xpf exported.tar -C out', { cwd: place });
  const [wanted, got] = await trees(join(place, 'tree'), join(place, 'out'));
  // docker's own export cuts times to seconds.
  for (const tree of [wanted!, got!])
    for (const [path, words] of tree)
      tree.set(
        path,
        words.map((word) => word.replace(/^(mtime=-?\d+)\d{9}$/, '$1')),
      );
  assert.deepEqual(diff(wanted!, got!), []);
});

test('dir: the layer is the one that squash makes of it', async (t) => {
  if (!peers(t, 'bash', 'getfattr', 'setfattr')) return;
  const place = await made(t);
  await bash('layertool dir tree --prefix opt/it >layer.tar && layertool squash layer.tar | cmp - layer.tar', {
    cwd: place,
  });
});

test('dir: without getfattr it says so, once', async (t) => {
  if (!peers(t, 'bash', 'getfattr', 'setfattr')) return;
  const place = await made(t);
  const { stderr, stdout } = await layertool(['dir', join(place, 'tree')], { env: { PATH: '/nowhere' } });
  assert.equal(stderr, 'layertool dir: getfattr is not on PATH: extended attributes and capabilities are left out\n');
  await bash(
    'setfattr -x user.one tree/d/file && setfattr -x user.dir tree/d/sub && setfattr -x user.empty tree/d/large',
    { cwd: place },
  );
  assert.deepEqual((await layertool(['dir', join(place, 'tree')])).stdout, stdout);
});

test('dir: a file that may not be read is an error with its name', async (t) => {
  if (!peers(t, 'root', 'setpriv')) return;
  const place = await folder(t);
  await bash('mkdir -p tree/d && echo x >tree/d/file && chmod 000 tree/d/file && chmod 755 . tree', { cwd: place });
  const line =
    'setpriv --reuid=65534 --regid=65534 --clear-groups "$LAYERTOOL_NODE" "$LAYERTOOL_CLI" dir tree 2>&1 >/dev/null || echo $?';
  const { stdout } = await bash(line, { cwd: place });
  assert.equal(stdout.toString(), 'layertool dir: tree/d/file: permission denied\n1\n');
});
