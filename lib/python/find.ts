import { posix } from 'node:path';
import { isPlace } from '../bytes/place.ts';
import { contentOf, gather } from '../entries/body.ts';
import { InputError } from '../errors.ts';
import type { Filesystem, FoundFile } from '../image/filesystem.ts';
import { ELF_HEAD, readElf } from './elf.ts';
import { type Interpreter, type Layout, layoutOf } from './layout.ts';
import { isLibc, libcOf } from './libc.ts';
import { fullVersionOf, releaseBytes } from './release.ts';
import { compileAll, type Target, type Version, versionText } from './target.ts';

/** What Linux looks for programs in where an image does not say. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const CONFIG_LIMIT = 64 * 1024;

/** Which Python of several. */
export interface PythonChoice {
  readonly version: Version | undefined;
  /** The folder of a virtual environment. */
  readonly venv: string | undefined;
}

/** How much of a file finding a Python takes, in bytes (see filesystemOf). */
export function bytesWanted(name: string): number {
  if (name === 'pyvenv.cfg') return CONFIG_LIMIT;
  return isLibc(name) ? Number.POSITIVE_INFINITY : Math.max(releaseBytes(name), isProgram(name) ? ELF_HEAD : 0);
}

const isProgram = (name: string): boolean => /^python[0-9.]*[a-z]?$/.test(name);

/**
 * Finds the Python that runs in an image: the one on its PATH, one of a version, or that of a virtual environment. That
 * there is none is an InputError.
 *
 * @param name what the image is called in errors
 * @param env the variables of its config, `KEY=VALUE`
 */
export async function findPython(
  root: Filesystem,
  name: string,
  env: readonly string[],
  choice: PythonChoice,
): Promise<Target> {
  const searched = env.find((text) => text.startsWith('PATH='))?.slice('PATH='.length) || DEFAULT_PATH;
  const folders =
    choice.venv === undefined
      ? searched.split(':').filter((folder) => folder.startsWith('/'))
      : [posix.join(posix.resolve('/', choice.venv), 'bin')];
  const others = new Set<string>();
  for (const interpreter of interpreters(root, folders)) {
    const layout = await layoutIn(root, interpreter);
    if (choice.venv !== undefined && !layout?.isVenv) {
      throw new InputError(name, `${choice.venv} is not a virtual environment: it has no pyvenv.cfg`);
    }
    if (layout === undefined) {
      others.add(`${interpreter.path} without its library`);
    } else if (choice.version && versionText(choice.version) !== versionText(layout.version)) {
      others.add(`Python ${versionText(layout.version)} (${interpreter.path})`);
    } else {
      return target(root, name, interpreter, layout, env);
    }
  }
  const missing = choice.version ? `no Python ${versionText(choice.version)}` : 'no Python';
  const where = choice.venv === undefined ? `on its PATH (${folders.join(':')})` : `in ${choice.venv}`;
  const instead = others.size > 0 ? `, only ${[...others].join(', ')}` : '';
  throw new InputError(name, `has ${missing} ${where}${instead}`, hintFor(choice));
}

function hintFor({ venv }: PythonChoice): string {
  return venv === undefined
    ? 'a virtual environment is named with --venv'
    : 'give the folder that has bin/python and pyvenv.cfg';
}

/** The Pythons of some folders, in the order in which a shell and a person would come upon them. */
function* interpreters(root: Filesystem, folders: readonly string[]): Generator<Interpreter> {
  const seen = new Set<string>();
  // A program that is called python3 comes before one of a version, wherever on PATH they are.
  for (const names of [plainNames, versionedNames]) {
    for (const folder of folders) {
      for (const name of names(root, folder)) {
        const path = posix.join(folder, name);
        const program = root.find(path);
        if (program === undefined || program.header.type !== 'file' || seen.has(path)) continue;
        seen.add(path);
        const elf = isPlace(program.body) ? readElf(program.body) : undefined;
        if (elf && (program.header.mode & 0o111) !== 0) yield { path, real: program.path, elf };
      }
    }
  }
}

function plainNames(): string[] {
  return ['python3', 'python'];
}

function versionedNames(root: Filesystem, folder: string): string[] {
  const minor = (name: string): number => Number(/^python3\.([0-9]+)/.exec(name)?.[1]);
  return root
    .names(folder)
    .filter((name) => /^python3\.[0-9]+t?$/.test(name))
    .sort((a, b) => minor(b) - minor(a));
}

async function layoutIn(root: Filesystem, interpreter: Interpreter): Promise<Layout | undefined> {
  const { path } = interpreter;
  for (const folder of [posix.dirname(path), posix.dirname(posix.dirname(path))]) {
    const config = root.find(posix.join(folder, 'pyvenv.cfg'));
    if (config?.header.type === 'file') {
      return layoutOf(root, interpreter, { folder, settings: await settingsOf(config) });
    }
  }
  return layoutOf(root, interpreter, undefined);
}

/** `key = value` lines (PEP 405). */
async function settingsOf({ path, body }: FoundFile): Promise<Map<string, string>> {
  const settings = new Map<string, string>();
  for (const line of (await gather(contentOf(body), CONFIG_LIMIT, path)).toString().split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) settings.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
  }
  return settings;
}

async function target(
  root: Filesystem,
  name: string,
  interpreter: Interpreter,
  layout: Layout,
  env: readonly string[],
): Promise<Target> {
  const { elf } = interpreter;
  const { version, flags, scheme, executable } = layout;
  const owner = ownerOf(root, scheme.purelib);
  return {
    name: `the Python of ${name}`,
    version,
    fullVersion: await fullVersionOf(root, interpreter, layout, env),
    flags,
    libc: await libcOf(root, elf),
    architecture: elf.machine,
    console: executable,
    graphical: executable,
    scheme,
    ...owner,
    compile: compileAll(version),
  };
}

/** Who has the folder that packages go to, or the nearest that is there: what is installed belongs to them too. */
function ownerOf(root: Filesystem, path: string): Pick<Target, 'uid' | 'gid' | 'uname' | 'gname'> {
  for (let folder = path; folder !== '/'; folder = posix.dirname(folder)) {
    const header = root.find(folder)?.header;
    if (header?.type !== 'directory') continue;
    const { uid, gid, uname, gname } = header;
    const text = (name: string, id: number): string => {
      return name === '' && id === 0 ? 'root' : Buffer.from(name, 'latin1').toString();
    };
    return { uid, gid, uname: text(uname, uid), gname: text(gname, gid) };
  }
  return { uid: 0, gid: 0, uname: 'root', gname: 'root' };
}
