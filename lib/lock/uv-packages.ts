import { compare } from '../entries/names.ts';
import { FormatError } from '../errors.ts';
import { canonicalName } from '../python/metadata.ts';
import { baseNameOf } from './file-name.ts';
import type { LockedFile, LockedProject, LockedSource } from './lock.ts';
import {
  optionalSize,
  optionalTable,
  optionalText,
  type Table,
  tables,
  tablesByKey,
  text,
  texts,
  valueAt,
} from './table.ts';

/** Something that a package of a uv.lock needs. */
export interface Edge {
  readonly name: string;
  /** Tells the package where there are several of the name. */
  readonly version: string | undefined;
  readonly source: string | undefined;
  readonly extras: readonly string[];
  readonly marker: string | undefined;
}

/** A package of a uv.lock. */
export interface Package {
  /** Normalized. */
  readonly name: string;
  readonly version: string | undefined;
  /** Its source as an edge tells it. */
  readonly source: string;
  readonly dependencies: readonly Edge[];
  /** By the names of extras. */
  readonly optional: ReadonlyMap<string, readonly Edge[]>;
  /** By the names of groups. */
  readonly development: ReadonlyMap<string, readonly Edge[]>;
  /** All its extras and groups, those that need nothing too. */
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  /** Whether it stands at the lock's own folder. */
  readonly isProject: boolean;
  /** Whether it is a folder. */
  readonly isLocal: boolean;
  /** Whether there is nothing of it to install. */
  readonly isVirtual: boolean;
  /** What it is called for a person, with its folder where it is one. */
  readonly label: string;
  readonly project: LockedProject;
}

/** All packages of a uv.lock. */
export function packagesOf(document: Table): Package[] {
  return tables(document, 'package').map(packageOf);
}

function packageOf(item: Table): Package {
  const name = canonicalName(text(item, 'name'));
  const version = optionalText(item, 'version');
  const source = optionalTable(item, 'source');
  if (source === undefined) throw new FormatError(`${name} has no source`);
  const folder = ['editable', 'virtual', 'directory'].find((key) => valueAt(source, key) !== undefined);
  const path = folder === undefined ? undefined : text(source, folder);
  const optional = edgesByKey(item, 'optional-dependencies');
  const development = edgesByKey(item, 'dev-dependencies');
  const metadata = optionalTable(item, 'metadata');
  return {
    name,
    version,
    source: sourceText(source),
    dependencies: edgesOf(tables(item, 'dependencies')),
    optional,
    development,
    extras: [...new Set([...optional.keys(), ...(metadata ? texts(metadata, 'provides-extras') : [])])],
    groups: [...new Set([...development.keys(), ...(metadata ? tablesByKey(metadata, 'requires-dev').keys() : [])])],
    isProject: path === '.',
    isLocal: path !== undefined,
    isVirtual: folder === 'virtual',
    label: path === undefined ? name : `${name} (${path})`,
    project: { name, version, requiresPython: undefined, source: lockedSource(item, source) },
  };
}

function edgesByKey(item: Table, key: string): Map<string, Edge[]> {
  return new Map([...tablesByKey(item, key)].map(([name, list]) => [name, edgesOf(list)]));
}

/** The edges of a list of dependencies. */
export function edgesOf(list: readonly Table[]): Edge[] {
  return list.map((edge) => {
    const source = optionalTable(edge, 'source');
    return {
      name: canonicalName(text(edge, 'name')),
      version: optionalText(edge, 'version'),
      source: source && sourceText(source),
      extras: [...texts(edge, 'extra'), ...texts(edge, 'extras')],
      marker: optionalText(edge, 'marker'),
    };
  });
}

function sourceText(source: Table): string {
  return JSON.stringify(Object.entries(source.values).sort(([a], [b]) => compare(a, b)));
}

function lockedSource(item: Table, source: Table): LockedSource {
  const wheels = tables(item, 'wheels');
  const registry = optionalText(source, 'registry');
  if (registry !== undefined) {
    // An index that is a folder: its files are told from there.
    const folder = /^[a-z][a-z0-9+.-]*:\/\//i.test(registry) ? undefined : registry;
    return {
      kind: 'index',
      wheels: wheels.map((wheel) => fileOf(wheel, folder)),
      hasSdist: valueAt(item, 'sdist') !== undefined,
    };
  }
  const url = optionalText(source, 'url');
  const path = optionalText(source, 'path');
  const [wheel] = wheels;
  if ((url !== undefined || path !== undefined) && wheel !== undefined) {
    const file = fileOf(wheel, undefined);
    return { kind: 'direct', wheel: { ...file, url: url ?? file.url, path: path ?? file.path } };
  }
  if (url !== undefined || path !== undefined) return { kind: 'source', what: `an sdist (${url ?? path})` };
  for (const [key, what] of Object.entries(sources)) {
    const place = optionalText(source, key);
    if (place !== undefined) return { kind: 'source', what: `${what} (${place})` };
  }
  throw new FormatError(
    `${text(item, 'name')} has a source that is not known: ${Object.keys(source.values).join(', ')}`,
  );
}

const sources = {
  git: 'a git repository',
  directory: 'a directory',
  editable: 'an editable directory',
  virtual: 'a directory',
} as const;

function fileOf(wheel: Table, folder: string | undefined): LockedFile {
  const url = optionalText(wheel, 'url');
  const given = optionalText(wheel, 'path');
  const path = given === undefined || folder === undefined ? given : `${folder}/${given}`;
  const name = optionalText(wheel, 'filename') ?? baseNameOf(url, path);
  if (name === undefined) throw new FormatError(`${wheel.at} has no filename, no url and no path`);
  const hash = optionalText(wheel, 'hash');
  const [, algorithm = '', hex = ''] = /^([^:]*):(.*)$/s.exec(hash ?? '') ?? [];
  return { name, url, path, size: optionalSize(wheel, 'size'), hashes: hash === undefined ? [] : [{ algorithm, hex }] };
}
