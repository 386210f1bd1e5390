import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import test from 'node:test';
import type { Entry, EntryType } from '../../lib/entries/entry.ts';
import { chown } from '../../transforms/chown.ts';
import { clampTimes } from '../../transforms/clamp-times.ts';
import { prefix } from '../../transforms/prefix.ts';
import { entry } from '../entries.ts';

const raw = Buffer.alloc(512);
const given = (mtime: number, nanoseconds = 0): Entry => ({ ...entry('a', undefined, { mtime, nanoseconds }), raw });

async function through(transform: ReturnType<typeof prefix>, entries: Entry[]): Promise<Entry[]> {
  return Readable.from(entries).pipe(transform).toArray();
}

test('clamp-times: later times become the latest, others stay as they are', async () => {
  const out = await through(clampTimes(100), [given(99, 999), given(100), given(100, 1), given(101), given(-5)]);
  assert.deepEqual(
    out.map(({ header }) => [header.mtime, header.nanoseconds]),
    [
      [99, 999],
      [100, 0],
      [100, 0],
      [100, 0],
      [-5, 0],
    ],
  );
  assert.deepEqual(
    out.map((one) => one.raw === raw),
    [true, true, false, false, true],
    'blocks stay where nothing changed',
  );
  const [all] = await through(clampTimes(undefined), [given(2 ** 40)]);
  assert.equal(all!.header.mtime, 2 ** 40);
});

test('prefix: every name goes below a folder', async () => {
  for (const [folder, wanted] of [
    ['usr/bin', 'usr/bin/a'],
    ['/usr/bin/', 'usr/bin/a'],
    ['/', 'a'],
    ['', 'a'],
  ] as const) {
    const [one] = await through(prefix(folder), [given(0)]);
    assert.equal(one!.header.name, wanted);
  }
  const link = (type: EntryType): Entry => entry('b', undefined, { type, linkname: 'a' });
  const links = await through(prefix('usr'), [link('link'), link('symlink')]);
  assert.deepEqual(
    links.map(({ header }) => [header.name, header.linkname]),
    [
      ['usr/b', 'usr/a'],
      ['usr/b', 'a'],
    ],
    'a hard link goes along with its file',
  );
});

test('chown: everything belongs to one owner, and only root has a name', async () => {
  const [own, other] = await through(chown(0, 7), [
    entry('a', undefined, { uid: 5, uname: 'me', gname: 'us' }),
    given(0),
  ]);
  for (const one of [own, other]) {
    const { uid, gid, uname, gname } = one!.header;
    assert.deepEqual([uid, gid, uname, gname], [0, 7, 'root', '']);
  }
  assert.equal(other!.raw, undefined);
});
