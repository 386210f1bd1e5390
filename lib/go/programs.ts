import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { closeFile, openFile, readFile, statFile } from '../bytes/descriptor.ts';
import { type Entry, header } from '../entries/entry.ts';
import { compare, fromText } from '../entries/names.ts';
import { InputError } from '../errors.ts';
import { HEAD, runsOn } from '../image/executable.ts';
import { type Platform, platformText } from '../image/platform.ts';
import { go } from './toolchain.ts';

/** The import paths of the programs among packages; that one is none, or that they match nothing, is an InputError. */
export async function mainPackages(
  words: readonly string[],
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string[]> {
  const list = await go(['list', ...words, '-f', '{{.Name}} {{.ImportPath}}', ...args], environment);
  const packages = new Set(list.split('\n').filter((line) => line !== ''));
  if (packages.size === 0) throw new InputError(args.join(' '), 'matches no packages');
  return [...packages].map((line) => {
    const [name, path = ''] = line.split(' ');
    if (name === 'main') return path;
    const hint = 'a pattern that matches programs alone is often ./cmd/...';
    throw new InputError(path, `is not a program: its package is ${name}, not main`, hint);
  });
}

/** What go built, read from then on without a name. */
export async function programs(
  directory: string,
  mains: readonly string[],
  platform: Platform,
  time: number,
): Promise<{ entries: Entry[]; close(): Promise<void> }> {
  const names = (await readdir(directory)).toSorted((a, b) => compare(fromText(a), fromText(b)));
  if (names.length !== mains.length) {
    const problem = `${mains.length} programs would have ${names.length} names: ${names.join(', ')}`;
    throw new InputError(mains.join(', '), problem, 'build them in two calls, with another --prefix');
  }
  const opened: number[] = [];
  const closeAll = async (): Promise<void> => {
    await Promise.all(opened.map((fd) => closeFile(fd)));
  };
  try {
    const entries: Entry[] = [];
    for (const name of names) {
      const path = join(directory, name);
      const fd = await openFile(path, 'r');
      opened.push(fd);
      await unlink(path);
      const head = Buffer.alloc(HEAD);
      await readFile(fd, head, 0, HEAD, 0);
      if (!runsOn(head, platform.os, platform.architecture)) {
        const hint = 'look at GOFLAGS, at -buildmode, and at what go is on PATH';
        throw new InputError(name, `go built it, but not as a program for ${platformText(platform)}`, hint);
      }
      const { size } = await statFile(fd);
      const owner = { uname: 'root', gname: 'root' };
      const about = header({ name: fromText(name), type: 'file', mode: 0o755, size, mtime: time, ...owner });
      entries.push({ header: about, body: { fd, offset: 0, size, name } });
    }
    return { entries, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
