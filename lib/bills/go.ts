import { GO_INFO_LIMIT } from '../bytes/limits.ts';
import { FormatError } from '../errors.ts';
import { type GoInfo, goInfo } from './go-info.ts';
import { type Package, type Reading, unread } from './package.ts';
import type { Reader } from './reader.ts';
import { exact, strict } from './text.ts';

/** What Go tells of itself in the programs that it builds (debug/buildinfo, runtime/debug.BuildInfo). */
export const go: Reader = {
  limit: GO_INFO_LIMIT,
  wants: () => false,
  program(read) {
    try {
      const info = goInfo(read);
      return info && packagesOf(info);
    } catch (error) {
      if (error instanceof FormatError) return unread(error.message);
      throw error;
    }
  },
};

function packagesOf({ version, modules }: GoInfo): Reading {
  const packages: Package[] = [];
  let problem: string | undefined;
  const add = (make: () => Package): void => {
    try {
      packages.push(make());
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      problem ??= `names a module that ${error.message}`;
    }
  };
  for (const module of modules(strict)) add(() => moduleOf(module.path, module.version, module.isMain));
  // `go1.22.1 X:nocoverageredesign`, `devel go1.23-4ab…`
  add(() => moduleOf('stdlib', /go([0-9][^\s]*)/.exec(version)?.[1] ?? version, false));
  return { packages, problem };
}

function moduleOf(path: string | undefined, told: string | undefined, isProgram: boolean): Package {
  const full = exact(path, 'path');
  const version = exact(told, 'version');
  const slash = full.lastIndexOf('/');
  const namespace = slash < 0 ? undefined : full.slice(0, slash);
  const name = full.slice(slash + 1);
  return { purl: { type: 'golang', namespace, name, version }, name: full, version, isProgram };
}
