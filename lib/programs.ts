import { close, open, readdir, stat, unlink } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Entry, header } from './entry.ts';
import { InputError } from './errors.ts';
import { go } from './go.ts';
import { compare, fromText } from './names.ts';

const closeFile = promisify(close);
const openFile = promisify(open);
const readDirectory = promisify(readdir);
const statFile = promisify(stat);
const unlinkFile = promisify(unlink);

/** The programs among packages; that one is none, or that they match nothing, is an InputError. */
export async function mainPackages(
  words: readonly string[],
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string[]> {
  const list = await go(['list', ...words, '-f', '{{.Name}} {{.ImportPath}}', ...args], environment);
  const packages = list.split('\n').filter((line) => line !== '');
  if (packages.length === 0) throw new InputError(args.join(' '), 'matches no packages');
  return packages.map((line) => {
    const [name, path = ''] = line.split(' ');
    if (name !== 'main') throw new InputError(path, `is not a program: its package is ${name}, not main`);
    return path;
  });
}

/** What go built, read from then on without a name. */
export async function programs(
  directory: string,
  mains: readonly string[],
  time: number,
): Promise<{ entries: Entry[]; close(): Promise<void> }> {
  const names = (await readDirectory(directory)).toSorted((a, b) => compare(fromText(a), fromText(b)));
  if (names.length !== mains.length) {
    const hint = 'build them in two calls, with another --prefix';
    throw new InputError(
      mains.join(', '),
      `${mains.length} programs would have ${names.length} names: ${names.join(', ')}`,
      hint,
    );
  }
  const opened: number[] = [];
  const entries: Entry[] = [];
  for (const name of names) {
    const path = join(directory, name);
    const fd = await openFile(path, 'r');
    opened.push(fd);
    const { size } = await statFile(path);
    await unlinkFile(path);
    const about = header({
      name: fromText(name),
      type: 'file',
      mode: 0o755,
      size,
      mtime: time,
      uname: 'root',
      gname: 'root',
    });
    entries.push({ header: about, body: { fd, offset: 0, size, name } });
  }
  return {
    entries,
    async close() {
      await Promise.all(opened.map((fd) => closeFile(fd)));
    },
  };
}
