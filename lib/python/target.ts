import { UsageError } from '../errors.ts';

export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** The folders of an installation (packaging.python.org, wheel format, "the .data directory"), absolute. */
export interface Scheme {
  readonly purelib: string;
  readonly platlib: string;
  /** Without the project's name, which is appended. */
  readonly headers: string;
  readonly scripts: string;
  readonly data: string;
}

/** The C library of a Linux, and its version where that is known. */
export interface Libc {
  readonly name: 'glibc' | 'musl';
  readonly version: Version | undefined;
}

/** What decides which wheels a Python can run; what is not known does not count. */
export interface Abi {
  readonly version: Version | undefined;
  /** The whole version, as `3.12.4`; undefined where only X.Y is known. */
  readonly fullVersion: string | undefined;
  /** Letters behind the version in ABI tags: `t` where it is free-threaded, `m` of old. */
  readonly flags: string | undefined;
  readonly libc: Libc | undefined;
  /** As wheels call it: `x86_64`, `aarch64`. */
  readonly architecture: string | undefined;
}

/** The Python that wheels are installed for. */
export interface Target extends Abi {
  /** What it is called in errors. */
  readonly name: string;
  /** The interpreters in the first lines of programs. */
  readonly console: string;
  readonly graphical: string;
  readonly scheme: Scheme;
  readonly uid: number;
  readonly gid: number;
  readonly uname: string;
  readonly gname: string;
  /** A command of this machine that compiles for it, as `python -m compileall` does. */
  readonly compile: readonly string[];
}

/** The Linux that is taken where none is known: that of the official python images. */
export const USUAL = { architecture: 'x86_64', libc: { name: 'glibc', version: { major: 2, minor: 36 } } } as const;

/** The newest Python that was stable when this was written. */
export const NEWEST: Version = { major: 3, minor: 15 };

/** What is directly below the data folder is the base's own, and may be a symlink there, as Debian's man is. */
export const sharedFolders: ReadonlySet<string> = new Set(
  'bin etc games include lib lib64 man sbin share src var'.split(' '),
);

export const schemeKeys = ['purelib', 'platlib', 'headers', 'scripts', 'data'] as const;

/** A version of Python as a person gives it: X.Y, or X.Y.Z, the whole of it. */
export interface GivenVersion extends Version {
  readonly fullVersion: string | undefined;
}

/** Reads X.Y or X.Y.Z; what is neither is a UsageError. */
export function parseVersion(text: string): GivenVersion {
  const parts = /^([23])\.([0-9]{1,2})(\.[0-9]{1,3})?$/.exec(text);
  if (!parts) throw new UsageError(`--python takes X.Y, as 3.12, not ${JSON.stringify(text)}`);
  return { major: Number(parts[1]), minor: Number(parts[2]), fullVersion: parts[3] && text };
}

/** The layout of the official python images. */
export function officialTarget(version: Version, fullVersion?: string): Target {
  const python = `python${version.major}.${version.minor}`;
  const packages = `/usr/local/lib/${python}/site-packages`;
  return {
    name: `Python ${version.major}.${version.minor}`,
    version,
    fullVersion,
    flags: undefined,
    libc: undefined,
    architecture: undefined,
    console: `/usr/local/bin/${python}`,
    graphical: `/usr/local/bin/${python}`,
    scheme: {
      purelib: packages,
      platlib: packages,
      headers: `/usr/local/include/${python}`,
      scripts: '/usr/local/bin',
      data: '/usr/local',
    },
    uid: 0,
    gid: 0,
    uname: 'root',
    gname: 'root',
    compile: compileAll(version),
  };
}

/** The command that compiles for a version, where a platform file names no other. */
export function compileAll(version: Version): string[] {
  return [`python${versionText(version)}`, '-m', 'compileall'];
}

/** A Python as a person would tell of it, as far as it is known. */
export function abiText({ version, flags, libc, architecture }: Abi): string {
  const parts = [
    version ? `CPython ${versionText(version)}${flags ?? ''}` : 'Python',
    libc ? libcText(libc) : 'Linux',
    ...(architecture ? [architecture] : []),
  ];
  return parts.join(', ');
}

/** A C library as a platform file names it: `glibc 2.36`. */
export function libcText({ name, version }: Libc): string {
  return version ? `${name} ${versionText(version)}` : name;
}

/** A version as `X.Y`. */
export function versionText({ major, minor }: Version): string {
  return `${major}.${minor}`;
}
