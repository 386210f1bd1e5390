import { accessSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Entry, type Header, header, SMALL } from '../../lib/entries/entry.ts';
import { openOutput } from '../../lib/outputs/output.ts';
import { pump } from '../../lib/streams/pump.ts';
import { source } from '../../lib/streams/source.ts';
import { pack } from '../../lib/tar/pack.ts';
import { type Random, random } from '../peers/random.ts';
import { type Kind, type Pools, pieces, pools } from './content.ts';

/*
 * The layers that are worked on: a root like Debian's, the installation of packages on it, a clean-up after that, and
 * for themselves a large layer and one of a million entries. All follow from the seed.
 */

export type Layer = 'root' | 'packages' | 'clean-up' | 'large' | 'million' | 'tiny';

/** Part of the names, so that a cache never has the layers of another seed or version. */
const VERSION = 1;

/** Makes a layer where it is not there yet, and resolves with its path. */
export function layers(folder: string, seed: number): (layer: Layer) => Promise<string> {
  let stuff: Pools | undefined;
  return async (layer) => {
    const file = join(folder, `${layer}-${seed}-${VERSION}.tar`);
    if (isThere(file)) return file;
    stuff ??= pools(seed);
    await pump(source(makers[layer](maker(stuff, random(seed)))), pack(), await openOutput(file));
    return file;
  };
}

const makers: Record<Layer, (make: Maker) => Generator<Entry>> = {
  root,
  packages,
  'clean-up': cleanUp,
  large,
  million,
  tiny,
};

function isThere(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}

interface Maker {
  readonly dice: Random;
  directory(name: string): Entry;
  file(name: string, size: number, kind?: Kind): Entry;
  link(type: 'link' | 'symlink', name: string, linkname: string): Entry;
  /** Most files are small, and most bytes are in large ones. */
  size(): number;
}

function maker(stuff: Pools, dice: Random): Maker {
  const entry = (fields: Partial<Header> & Pick<Header, 'name' | 'type' | 'mode'>, body?: Entry['body']): Entry => {
    return {
      header: header({ uname: 'root', gname: 'root', mtime: 1_650_000_000 + dice.below(1e7), ...fields }),
      body,
    };
  };
  return {
    dice,
    directory: (name) => entry({ name: `${name}/`, type: 'directory', mode: 0o755 }),
    file(name, size, kind = dice.chance(0.04) ? 'noise' : 'text') {
      const parts = pieces(stuff[kind], dice, size);
      const body = size > SMALL ? Readable.from(parts, { objectMode: false }) : Buffer.concat([...parts]);
      return entry({ name, type: 'file', mode: kind === 'program' ? 0o755 : 0o644, size }, body);
    },
    link: (type, name, linkname) => entry({ name, type, mode: 0o777, linkname }),
    size() {
      // Twelve dice make a bell; its exponential has the long tail that file sizes have.
      const bell = Array.from({ length: 12 }, () => dice.below(1e6) / 1e6).reduce((sum, one) => sum + one) - 6;
      return Math.min(Math.floor(2_600 * Math.exp(1.6 * bell)), 2_000_000);
    },
  };
}

const tops = ['etc', 'usr/lib/locale', 'usr/lib/perl', 'usr/share/doc', 'usr/share/zoneinfo', 'var/lib/dpkg/info'];

function folderName(top: string, number: number): string {
  return `${top}/package-${number}`;
}

function* root({ directory, file, link, size, dice }: Maker): Generator<Entry> {
  for (const name of ['etc', 'usr', 'usr/bin', 'usr/lib', 'usr/share', 'var', 'var/lib', 'var/lib/dpkg']) {
    yield directory(name);
  }
  yield link('symlink', 'bin', 'usr/bin');
  for (let number = 0; number < 180; number++) {
    yield file(`usr/bin/program-${number}`, 20_000 + 12 * size(), 'program');
    if (number % 4 === 0) yield link('symlink', `usr/bin/alias-${number}`, `program-${number}`);
    if (number % 20 === 0) yield link('link', `usr/bin/twin-${number}`, `usr/bin/program-${number}`);
  }
  yield directory('usr/lib/x86_64-linux-gnu');
  for (let number = 0; number < 160; number++) {
    yield file(`usr/lib/x86_64-linux-gnu/lib${number}.so.1.0`, 30_000 + 24 * size(), 'program');
    yield link('symlink', `usr/lib/x86_64-linux-gnu/lib${number}.so.1`, `lib${number}.so.1.0`);
  }
  for (const top of tops) {
    if (top !== 'etc') yield directory(top);
    for (let number = 0; number < 70; number++) {
      yield directory(folderName(top, number));
      for (let item = 0; item < 12; item++) yield file(`${folderName(top, number)}/item-${item}`, size());
    }
  }
  yield file('var/lib/dpkg/status', 900_000);
  yield directory('var/cache');
  for (let number = 0; number < 8; number++) yield file(`var/cache/package-${number}.deb`, dice.below(3e6), 'noise');
}

function* packages({ directory, file, link, size }: Maker): Generator<Entry> {
  for (const name of ['usr', 'usr/bin', 'usr/lib', 'usr/lib/x86_64-linux-gnu', 'usr/lib/python3'])
    yield directory(name);
  for (let number = 0; number < 40; number++) {
    yield directory(`usr/lib/python3/module_${number}`);
    for (let item = 0; item < 25; item++) yield file(`usr/lib/python3/module_${number}/part_${item}.py`, 2 * size());
  }
  for (const [number, megabytes] of [38, 24, 11, 7, 6, 5, 4, 3, 2, 2].entries()) {
    yield file(`usr/lib/x86_64-linux-gnu/libnew${number}.so.2.1`, megabytes * 1_000_000 + number, 'program');
    yield link('symlink', `usr/lib/x86_64-linux-gnu/libnew${number}.so.2`, `libnew${number}.so.2.1`);
  }
  for (let number = 0; number < 12; number++) {
    yield file(`var/cache/new-${number}.deb`, 1_000_000 + 60 * size(), 'noise');
  }
  yield file('var/lib/dpkg/status', 1_100_000);
}

function* cleanUp({ file, dice }: Maker): Generator<Entry> {
  yield file('var/cache/.wh..wh..opq', 0);
  for (let number = 0; number < 70; number++) {
    const name = folderName('usr/share/doc', number);
    if (dice.chance(0.5)) yield file(name.replace('package', '.wh.package'), 0);
    else for (let item = 0; item < 4; item++) yield file(`${name}/.wh.item-${item}`, 0);
  }
  for (let number = 0; number < 40; number++) yield file(`usr/lib/python3/module_${number}/.wh.part_0.py`, 0);
  yield file('var/lib/dpkg/status', 1_000_000);
  yield file('etc/changed.conf', 40_000);
}

/** 1 GiB: half of it in files of some MiB, half in small ones. */
function* large({ directory, file, size, dice }: Maker): Generator<Entry> {
  let left = 2 ** 30;
  yield directory('data');
  for (let number = 0; left > 0; number++) {
    const wanted = number % 500 === 0 ? 4_000_000 + dice.below(5e6) : size();
    const next = Math.min(wanted, left);
    yield file(`data/file-${number}`, next, dice.chance(0.5) ? 'program' : 'text');
    left -= next;
  }
}

/** Empty files, each with a path of 60 characters. */
function* tiny({ file }: Maker): Generator<Entry> {
  yield file('tiny', 100);
}

function* million({ directory, file }: Maker): Generator<Entry> {
  for (let folder = 0; folder < 4_000; folder++) {
    const name = `usr/share/a-folder-of-many/number-${String(folder).padStart(4, '0')}`;
    yield directory(name);
    for (let item = 0; item < 250; item++) yield file(`${name}/file-number-${String(item).padStart(9, '0')}`, 0);
  }
}
