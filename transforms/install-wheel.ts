import { posix } from 'node:path';
import { isPlace } from '../lib/bytes/place.ts';
import { gather } from '../lib/entries/body.ts';
import { type Body, type Entry, header, SMALL } from '../lib/entries/entry.ts';
import { compare, fromText } from '../lib/entries/names.ts';
import { InputError } from '../lib/errors.ts';
import { bytesOf, type Content } from '../lib/python/contents.ts';
import { type Compiler, type InstalledFile, install } from '../lib/python/install.ts';
import type { Target } from '../lib/python/target.ts';
import type { Wheel } from '../lib/python/wheel.ts';
import { type Flow, flow } from '../lib/streams/flow.ts';
import { byteSource } from '../lib/streams/source.ts';

/**
 * Wheels in, the entries of one layer out, sorted as squash sorts. All wheels are verified before the first entry; two
 * that install different files at one path are an InputError.
 *
 * @param time the mtime in seconds of what is made here
 * @param compile makes .pyc files, if there are to be any
 */
export function installWheel(target: Target, time = 0, compile?: Compiler): Flow<Wheel, Entry> {
  return flow<Wheel, Entry>(
    async function* (wheels) {
      const files = new Map<string, InstalledFile>();
      const inputs = new Map<string, string>();
      for await (const wheel of wheels) {
        for (const file of await install(wheel, target, compile)) {
          const other = files.get(file.path);
          if (other && (other.digest !== file.digest || other.mode !== file.mode)) {
            throw new InputError(
              wheel.input,
              `installs ${file.path}, which another wheel installs too, and differently`,
            );
          }
          files.set(file.path, file);
          inputs.set(file.path, wheel.input);
        }
      }
      for (const [path, input] of inputs) {
        for (let folder = posix.dirname(path); folder !== '/'; folder = posix.dirname(folder)) {
          if (files.has(folder)) throw new InputError(input, `installs ${path}, below ${folder}, which is a file`);
        }
      }
      yield* entries([...files.values()], target, time);
    },
    { from: 'objects', to: 'objects' },
  );
}

async function* entries(files: readonly InstalledFile[], target: Target, time: number): AsyncGenerator<Entry> {
  const { uid, gid, uname, gname } = target;
  const owner = { uid, gid, uname: fromText(uname), gname: fromText(gname) };
  const sorted = files
    .map((file) => {
      const name = fromText(file.path.slice(1));
      return { file, name, order: order(name) };
    })
    .sort((a, b) => compare(a.order, b.order));
  const written = new Set<string>();
  for (const { file, name } of sorted) {
    for (const folder of newFolders(name, fromText(file.root.slice(1)), target)) {
      if (written.has(folder)) continue;
      written.add(folder);
      yield {
        header: header({ name: folder, type: 'directory', mode: 0o755, mtime: time, ...owner }),
        body: undefined,
      };
    }
    const { content, mode, mtime } = file;
    const size = Buffer.isBuffer(content) ? content.length : content.size;
    yield {
      header: header({ name, type: 'file', mode, size, mtime: mtime ?? time, ...owner }),
      body: await bodyOf(content, file.path),
    };
  }
}

async function bodyOf(content: Content, path: string): Promise<Body> {
  if (Buffer.isBuffer(content) || isPlace(content)) return content;
  return content.size > SMALL ? byteSource(content.read()) : gather(bytesOf(content), SMALL, path);
}

/** A folder directly before what is in it, and names in byte order in each. */
function order(name: string): string {
  return name.replaceAll('/', '\0');
}

/** What is directly below the data folder is the base's own, and may be a symlink there, as Debian's man is. */
const shared = new Set(['bin', 'etc', 'games', 'include', 'lib', 'lib64', 'man', 'sbin', 'share', 'src', 'var']);

/** The folders of a file that the base need not have. */
function newFolders(name: string, root: string, { scheme }: Target): string[] {
  const before = root === '' ? '' : `${root}/`;
  const folders: string[] = [];
  const parts = name.slice(before.length).split('/').slice(0, -1);
  for (let depth = 1; depth <= parts.length; depth++) folders.push(`${before}${parts.slice(0, depth).join('/')}/`);
  const isShared = `/${root}` === scheme.data && shared.has(parts[0] ?? '');
  return isShared ? folders.slice(1) : folders;
}
