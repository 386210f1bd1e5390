import { access } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { compare } from '../entries/names.ts';
import { directoryFlag, lastValue } from './flags.ts';
import { go } from './toolchain.ts';

/** The fields of `go list` that name files of a package which a build reads; tests and ignored files are not among them. */
const fields = [
  ...['GoFiles', 'CgoFiles', 'CFiles', 'CXXFiles', 'MFiles', 'HFiles', 'FFiles', 'SFiles'],
  ...['SwigFiles', 'SwigCXXFiles', 'SysoFiles', 'EmbedFiles'],
];

/** Lines of a package that the toolchain does not bring itself: `module` with its go.mod, `main` with its directory. */
const template = [
  '{{if not .Standard}}',
  '{{with .Module}}{{if .GoMod}}module {{.GoMod}}{{"\\n"}}{{end}}{{end}}',
  '{{if eq .Name "main"}}main {{.Dir}}{{"\\n"}}{{end}}',
  '{{$dir := .Dir}}',
  ...fields.map((field) => `{{range .${field}}}file {{$dir}}/{{.}}{{"\\n"}}{{end}}`),
  '{{end}}',
].join('');

/**
 * The files that a build of packages reads, its dependencies outside the standard library included: sources, embedded
 * files, and what says which versions. Those below the current directory are named from it, the others in full.
 */
export async function sources(
  build: readonly string[],
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string[]> {
  const base = resolve(lastValue(build, 'C') ?? '.');
  const list = await go(['list', ...build, '-deps', '-f', template, ...args], environment);
  const files = new Set<string>();
  // Such as need not be there.
  const possible = new Set<string>();
  for (const line of list.split('\n')) {
    const [, kind, path = ''] = /^(\w+) (.*)$/.exec(line) ?? [];
    if (kind === 'file') files.add(path);
    if (kind === 'main') possible.add(join(path, 'default.pgo'));
    if (kind === 'module') {
      files.add(path);
      possible.add(path.replace(/\.mod$/, '.sum'));
      if (basename(path) === 'go.mod') possible.add(join(dirname(path), 'vendor/modules.txt'));
    }
  }
  const workspace = (await go(['env', ...directoryFlag(build), 'GOWORK'], environment)).trim();
  if (workspace !== '' && workspace !== 'off') {
    files.add(workspace);
    possible.add(`${workspace}.sum`);
    possible.add(join(dirname(workspace), 'vendor/modules.txt'));
  }
  for (const name of ['overlay', 'pgo']) {
    const value = lastValue(build, name);
    if (value !== undefined) possible.add(resolve(base, value));
  }
  for (const path of possible) if (await isThere(path)) files.add(path);
  return [...files].map(near).sort(compare);
}

function near(path: string): string {
  const from = relative('.', path);
  return from === '..' || from.startsWith('../') ? path : from;
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
