import { posix } from 'node:path';
import type { Filesystem } from '../image/filesystem.ts';
import type { Elf } from './elf.ts';
import type { Scheme, Version } from './target.ts';

/** A program that is a Python. */
export interface Interpreter {
  /** As it is called, its last symlink not followed: what it finds its environment by (PEP 405). */
  readonly path: string;
  /** Where it stands. */
  readonly real: string;
  readonly elf: Elf;
}

/** Where a Python has its packages. */
export interface Layout {
  readonly version: Version;
  /** The letters behind the version in ABI tags. */
  readonly flags: string;
  /** Where it was installed, be it in an environment or not: the folder with bin/ and lib/pythonX.Y/. */
  readonly prefix: string;
  /** Where its standard library is. */
  readonly library: string;
  readonly scheme: Scheme;
  /** What pip would write into the first line of programs. */
  readonly executable: string;
  readonly isVenv: boolean;
}

/** A virtual environment (PEP 405). */
export interface Venv {
  readonly folder: string;
  /** The lines of its pyvenv.cfg. */
  readonly settings: ReadonlyMap<string, string>;
}

/** An installation: a folder with bin/ and lib/pythonX.Y/. */
interface Installation {
  readonly prefix: string;
  readonly version: Version;
  readonly flags: string;
  /** Where its standard library is. */
  readonly library: string;
}

/** The folders of a Python; undefined where it has no standard library, without which it cannot run. */
export function layoutOf(root: Filesystem, interpreter: Interpreter, venv: Venv | undefined): Layout | undefined {
  // One that was copied into its environment has its library where it came from.
  const home = venv?.settings.get('home');
  const real = posix.join(home ?? '', posix.basename(interpreter.real));
  const base = installationOf(root, interpreter.real) ?? (home === undefined ? undefined : installationOf(root, real));
  if (base === undefined) return undefined;
  const { version, flags, prefix, library } = base;
  if (venv === undefined) {
    return {
      version,
      flags,
      prefix,
      library,
      scheme: schemeOf(root, base),
      executable: executableOf(root, interpreter, base),
      isVenv: false,
    };
  }
  const python = nameOf(base);
  const packages = `${venv.folder}/lib/${python}/site-packages`;
  const wide = root.find(`${venv.folder}/lib64/${python}/site-packages`)?.path;
  const scheme: Scheme = {
    purelib: packages,
    // On Red Hat lib64 is a folder of its own in some, and a symlink to lib in others.
    platlib: base.library.includes('/lib64/') && wide !== undefined && wide !== packages ? wide : packages,
    headers: `${venv.folder}/include/site/${python}`,
    scripts: `${venv.folder}/bin`,
    data: venv.folder,
  };
  const plain = `${venv.folder}/bin/python`;
  const executable = root.find(plain) ? plain : interpreter.path;
  return { version, flags, prefix, library, scheme, executable, isVenv: true };
}

/** Python looks for its library upwards from where it stands (CPython, Modules/getpath.py). */
function installationOf(root: Filesystem, real: string): Installation | undefined {
  const inName = /^python([23])\.([0-9]+)([a-z]*)$/.exec(posix.basename(real));
  for (let prefix = posix.dirname(real); ; prefix = posix.dirname(prefix)) {
    for (const lib of ['lib', 'lib64']) {
      const folder = posix.join(prefix, lib);
      for (const name of inName ? [inName[0]] : root.names(folder)) {
        const parts = /^python([23])\.([0-9]+)([a-z]*)$/.exec(name);
        if (!parts) continue;
        // The folder of debug builds and of those before 3.8 is named without the letters of the program.
        for (const library of [posix.join(folder, name), posix.join(folder, name.replace(/[a-z]+$/, ''))]) {
          if (!root.find(`${library}/os.py`) && !root.find(`${library}/os.pyc`)) continue;
          const version = { major: Number(parts[1]), minor: Number(parts[2]) };
          return { prefix, version, library, flags: parts[3] || flagsOf(root, library) };
        }
      }
    }
    if (prefix === '/') return undefined;
  }
}

/** The letters that the name of what was built with it tells: `_sysconfigdata_t_linux_x86_64-linux-gnu.py`. */
function flagsOf(root: Filesystem, library: string): string {
  for (const name of root.names(library)) {
    const letters = /^_sysconfigdata_([a-z]*)_linux_/.exec(name)?.[1];
    if (letters !== undefined) return letters;
  }
  return '';
}

function nameOf({ library }: Installation): string {
  return posix.basename(library);
}

/** Where pip installs without a virtual environment, as each distribution has changed it. */
function schemeOf(root: Filesystem, base: Installation): Scheme {
  const { prefix, library } = base;
  const python = nameOf(base);
  const isSystem = prefix === '/usr' || prefix === '/';
  if (isSystem && isDebian(root, library)) {
    return scheme('/usr/local', `lib/${python}/dist-packages`, `lib/${python}/dist-packages`, python);
  }
  const wide = library.includes('/lib64/');
  // Red Hat, Fedora and SUSE keep /usr for their own packages.
  if (isSystem && wide) {
    return scheme('/usr/local', `lib/${python}/site-packages`, `lib64/${python}/site-packages`, python);
  }
  return scheme(prefix, `lib/${python}/site-packages`, `${wide ? 'lib64' : 'lib'}/${python}/site-packages`, python);
}

function scheme(prefix: string, purelib: string, platlib: string, python: string): Scheme {
  const below = (path: string): string => posix.join(prefix, path);
  return {
    purelib: below(purelib),
    platlib: below(platlib),
    headers: below(`include/${python}`),
    scripts: below('bin'),
    data: prefix,
  };
}

/** Debian's Python, and that of what was made from Debian, whose packages are in dist-packages. */
function isDebian(root: Filesystem, library: string): boolean {
  const marks = ['/usr/lib/python3/dist-packages', '/usr/share/python3/debian_defaults', '/etc/debian_version'];
  const local = library.replace(/^\/usr\/lib\//, '/usr/local/lib/');
  return [...marks, `${local}/dist-packages`].some((path) => root.find(path) !== undefined);
}

/** The pip of a distribution runs as /usr/bin/python3; others are called by their version, which stays when another comes. */
function executableOf(root: Filesystem, { path, real }: Interpreter, base: Installation): string {
  const folder = posix.dirname(path);
  const names = base.prefix === '/usr' || base.prefix === '/' ? ['python3', nameOf(base)] : [nameOf(base), 'python3'];
  for (const name of names) {
    const candidate = posix.join(folder, name);
    if (root.find(candidate)?.path === real) return candidate;
  }
  return path;
}
