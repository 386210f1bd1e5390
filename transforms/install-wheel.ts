import { availableParallelism } from 'node:os';
import { posix } from 'node:path';
import { isPlace } from '../lib/bytes/place.ts';
import { gather } from '../lib/entries/body.ts';
import { type Body, type Entry, header, SMALL } from '../lib/entries/entry.ts';
import { compare, fromText } from '../lib/entries/names.ts';
import { whiteoutPath } from '../lib/entries/whiteout.ts';
import { InputError } from '../lib/errors.ts';
import type { Filesystem } from '../lib/image/filesystem.ts';
import { bytesNow, bytesOf, type Content, verifyOnly } from '../lib/python/contents.ts';
import { type InstalledFile, type InstallOptions, install } from '../lib/python/install.ts';
import { type Replaced, replacement } from '../lib/python/replace.ts';
import { sharedFolders, type Target } from '../lib/python/target.ts';
import type { Wheel } from '../lib/python/wheel.ts';
import { ahead } from '../lib/streams/ahead.ts';
import { type Flow, flow } from '../lib/streams/flow.ts';
import { byteSource } from '../lib/streams/source.ts';

/** The image that wheels are installed on. */
export interface Base {
  readonly root: Filesystem;
  /** Is told of a project that another version takes the place of. */
  replaces?(project: Replaced): void;
}

export interface WheelOptions extends InstallOptions {
  /** The mtime in seconds of what is made here. */
  readonly time?: number | undefined;
  /** What of another version is there is taken out, by whiteouts. */
  readonly base?: Base | undefined;
}

/**
 * Wheels in, the entries of one layer out, sorted as squash sorts. All wheels are verified before the first entry, several
 * at once, or each file as it goes out, if that is late enough; two that install different files at one path are an
 * InputError.
 */
export function installWheel(target: Target, options: WheelOptions = {}): Flow<Wheel, Entry> {
  const { time = 0, base } = options;
  return flow<Wheel, Entry>(
    async function* (wheels) {
      const { files, inputs, projects } = await installAll(wheels, target, options);
      for (const [path, input] of inputs) {
        for (let folder = posix.dirname(path); folder !== '/'; folder = posix.dirname(folder)) {
          if (files.has(folder)) throw new InputError(input, `installs ${path}, below ${folder}, which is a file`);
        }
      }
      const replaced = base && (await replacement(base.root, target, projects, files.keys()));
      for (const project of replaced?.projects ?? []) base?.replaces?.(project);
      yield* entries([...files.values()], replaced?.hidden ?? [], target, time);
    },
    { from: 'objects', to: 'objects' },
  );
}

interface Installed {
  readonly files: Map<string, InstalledFile>;
  /** The wheels that the files are of, by their paths: for errors. */
  readonly inputs: Map<string, string>;
  readonly projects: readonly Project[];
}

type Project = Pick<Wheel, 'project' | 'version'>;

/** Of the wheels themselves, which may have many thousand members, nothing is kept. */
async function installAll(wheels: AsyncIterable<Wheel>, target: Target, options: InstallOptions): Promise<Installed> {
  const files = new Map<string, InstalledFile>();
  const inputs = new Map<string, string>();
  const projects: Project[] = [];
  const verified = ahead(wheels, availableParallelism(), async (wheel) => {
    const { input, project, version } = wheel;
    return { input, project: { project, version }, installed: await install(wheel, target, options) };
  });
  for await (const { input, project, installed } of verified) {
    projects.push(project);
    for (const file of installed) {
      const other = files.get(file.path);
      if (other && (other.digest !== file.digest || other.mode !== file.mode)) {
        throw new InputError(input, `installs ${file.path}, which another wheel installs too, and differently`);
      }
      if (other) await verifyOnly(other.content);
      files.set(file.path, file);
      inputs.set(file.path, input);
    }
  }
  return { files, inputs, projects };
}

async function* entries(
  files: readonly InstalledFile[],
  hidden: readonly string[],
  target: Target,
  time: number,
): AsyncGenerator<Entry> {
  const { uid, gid, uname, gname } = target;
  const owner = { uid, gid, uname: fromText(uname), gname: fromText(gname) };
  const folders = newFolders(files, target);
  const sorted = [...files.map(fileItem), ...hidden.map(whiteoutItem)].sort((a, b) => compare(a.order, b.order));
  let last = '';
  for (const { file, order } of sorted) {
    const name = nameOf(order);
    const parent = parentOf(name);
    // A folder comes before what is in it, whiteouts too.
    for (const folder of parent === last ? [] : foldersOf(parent)) {
      if (!folders.delete(folder)) continue;
      yield {
        header: header({ name: folder, type: 'directory', mode: 0o755, mtime: time, ...owner }),
        body: undefined,
      };
    }
    last = parent;
    if (file === undefined) {
      yield { header: header({ name, type: 'file', mode: 0o644, mtime: time }), body: undefined };
      continue;
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
  const now = bytesNow(content);
  if (now) return now;
  return content.size > SMALL ? byteSource(bytesOf(content)) : gather(bytesOf(content), SMALL, path);
}

/** A file or a whiteout of the layer: of many thousands, only what is needed is kept. */
interface Item {
  readonly file: InstalledFile | undefined;
  /** Sorts a folder directly before what is in it, and in each whiteouts first and then names in byte order. */
  readonly order: string;
}

function fileItem(file: InstalledFile): Item {
  return { file, order: fromText(file.path.slice(1)).replaceAll('/', '\0') };
}

function whiteoutItem(path: string): Item {
  const name = fromText(path.slice(1));
  const slash = name.lastIndexOf('/') + 1;
  const directory = name.slice(0, slash);
  return { file: undefined, order: `${directory}/${whiteoutPath('', name.slice(slash))}`.replaceAll('/', '\0') };
}

/** The name that an order was made of; a whiteout's has an empty component, which sorts it first. */
function nameOf(order: string): string {
  return order.replaceAll('\0', '/').replace(/^\/|\/(?=\/)/, '');
}

/** With a slash at its end; empty for what is in the root. */
function parentOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1);
}

/** A folder's own folders and itself, each with a slash at its end. */
function foldersOf(folder: string): string[] {
  const folders: string[] = [];
  for (let slash = folder.indexOf('/'); slash >= 0; slash = folder.indexOf('/', slash + 1))
    folders.push(folder.slice(0, slash + 1));
  return folders;
}

/** The folders of files that the base need not have: those below the folder of the scheme that each is in. */
function newFolders(files: readonly InstalledFile[], { scheme }: Target): Set<string> {
  const folders = new Set<string>();
  let last = { parent: '', root: '' };
  for (const { path, root } of files) {
    const parent = parentOf(path);
    // Most files are where the one before is.
    if (parent === last.parent && root === last.root) continue;
    last = { parent, root };
    const below = root === '/' ? root : `${root}/`;
    const top = path.slice(below.length, path.indexOf('/', below.length));
    const isShared = root === scheme.data && sharedFolders.has(top);
    for (const folder of foldersOf(parent)) {
      if (folder.length <= below.length + (isShared ? top.length + 1 : 0)) continue;
      folders.add(fromText(folder.slice(1)));
    }
  }
  return folders;
}
