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

/** The Python that wheels are installed for. */
export interface Target {
  /** What it is called in errors. */
  readonly name: string;
  readonly version: Version | undefined;
  /** The interpreters in the first lines of programs. */
  readonly console: string;
  readonly graphical: string;
  readonly scheme: Scheme;
  readonly uid: number;
  readonly gid: number;
  readonly uname: string;
  readonly gname: string;
}

/** The newest Python that was stable when this was written. */
export const NEWEST: Version = { major: 3, minor: 15 };

export const schemeKeys = ['purelib', 'platlib', 'headers', 'scripts', 'data'] as const;

export function parseVersion(text: string): Version {
  const parts = /^([23])\.([0-9]{1,2})(?:\.[0-9]+)?$/.exec(text);
  if (!parts) throw new UsageError(`--python takes X.Y, as 3.12, not ${JSON.stringify(text)}`);
  return { major: Number(parts[1]), minor: Number(parts[2]) };
}

/** The layout of the official python images. */
export function officialTarget(version: Version): Target {
  const python = `python${version.major}.${version.minor}`;
  const packages = `/usr/local/lib/${python}/site-packages`;
  return {
    name: `Python ${version.major}.${version.minor}`,
    version,
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
  };
}

export function versionText({ major, minor }: Version): string {
  return `${major}.${minor}`;
}
