import { posix } from 'node:path';
import { explain } from '@renovatebot/pep440';
import { contentOf, gather } from '../entries/body.ts';
import { blame, InputError } from '../errors.ts';
import type { Filesystem } from '../image/filesystem.ts';
import { canonicalName } from './metadata.ts';
import { METADATA_LIMIT, readRecord } from './record.ts';
import { sharedFolders, type Target } from './target.ts';

/** A project that is in an image in another version than the one that is installed. */
export interface Replaced {
  readonly project: string;
  /** The version that is in the image. */
  readonly version: string;
}

/** What the files that are installed take the place of. */
export interface Replacement {
  readonly projects: readonly Replaced[];
  /** The paths that are to be hidden, absolute, each outside of every other, none of them installed. */
  readonly hidden: readonly string[];
}

/** Installed files of a project, and where it was found. */
interface Installation extends Replaced {
  /** The folder of the packages. */
  readonly library: string;
  /** The name of its dist-info folder. */
  readonly info: string;
}

/**
 * Finds what pip would take out of an image before it installs projects: what RECORD lists of another version of them in
 * the same folders, and what Python has compiled of it. A version without a RECORD is an InputError, as for pip.
 *
 * @param written the paths of all files that are installed, absolute
 */
export async function replacement(
  root: Filesystem,
  target: Target,
  installed: readonly { readonly project: string; readonly version: string }[],
  written: Iterable<string>,
): Promise<Replacement> {
  const versions = new Map(installed.map(({ project, version }) => [canonicalName(project), version]));
  const replaced = installations(root, target).filter(({ project, version }) => {
    const next = versions.get(project);
    return next !== undefined && !isSameVersion(next, version);
  });
  if (replaced.length === 0) return { projects: [], hidden: [] };
  const disk = directories(root);
  const kept = new Set<string>();
  const files = new Set<string>();
  for (const path of written) {
    const real = disk.real(path);
    files.add(real);
    for (let at = real; at !== '/' && !kept.has(at); at = posix.dirname(at)) kept.add(at);
  }
  const folders = Object.values(target.scheme).map((folder) => disk.real(folder));
  const gone = new Set<string>();
  for (const installation of replaced) {
    for (const row of await recordedPaths(root, installation, target.name)) {
      for (const path of withCompiled(disk, row)) {
        const real = disk.file(path);
        if (real === undefined || kept.has(real)) continue;
        if (folders.some((folder) => isBelow(real, folder)) && !isBelowFile(real, files)) gone.add(real);
      }
    }
  }
  const projects = replaced.map(({ project, version }) => ({ project, version }));
  return { projects, hidden: collapsed(disk, gone, kept, boundaries(folders, disk.real(target.scheme.data))) };
}

/** The projects that stand where the target installs. */
function installations(root: Filesystem, { scheme }: Target): Installation[] {
  const found: Installation[] = [];
  const libraries = [scheme.purelib, scheme.platlib].map((folder) => root.find(folder)?.path ?? folder);
  for (const library of new Set(libraries)) {
    for (const info of root.names(library)) {
      const [, name, version] = /^([^-]+)-([^-]+)\.dist-info$/.exec(info) ?? [];
      if (name === undefined || version === undefined) continue;
      found.push({ project: canonicalName(name), version, library, info });
    }
  }
  return found;
}

function isSameVersion(a: string, b: string): boolean {
  const [one, other] = [explain(a), explain(b)];
  if (!one || !other) return a === b;
  const text = (version: NonNullable<typeof one>): string => {
    const release = version.release.join('.').replace(/(\.0)+$/, '');
    return JSON.stringify([version.epoch, release, version.pre, version.post, version.dev, version.local]);
  };
  return text(one) === text(other);
}

/** The paths that RECORD lists, from the folder that it counts from; they may be anything. */
async function recordedPaths(
  root: Filesystem,
  { project, version, library, info }: Installation,
  name: string,
): Promise<string[]> {
  const body = root.find(posix.join(library, info, 'RECORD'))?.body;
  if (body === undefined) {
    const hint = 'whoever installed it there has to take it out';
    throw new InputError(name, `has ${project} ${version} without a RECORD, so it cannot be replaced`, hint);
  }
  try {
    const text = (await gather(contentOf(body), METADATA_LIMIT, 'RECORD')).toString('utf8');
    return readRecord(text).flatMap(([path]) =>
      path === '' || path.includes('\0') ? [] : [posix.resolve(library, path)],
    );
  } catch (error) {
    throw blame(`${name}: ${info}`, error);
  }
}

/** A path, and what Python makes of it beside it (PEP 3147). */
function withCompiled(disk: Disk, path: string): string[] {
  if (!path.endsWith('.py')) return [path];
  const { dir, name } = posix.parse(path);
  const cache = `${dir}/__pycache__`;
  const compiled = [...disk.names(cache)].filter(
    (other) => other.startsWith(`${name}.`) && /^\.[a-z0-9-]+(\.opt-[0-9a-z]+)?\.pyc$/.test(other.slice(name.length)),
  );
  return [path, `${dir}/${name}.pyc`, `${dir}/${name}.pyo`, ...compiled.map((other) => `${cache}/${other}`)];
}

/** The directories of an image, each looked at once. */
interface Disk {
  names(folder: string): ReadonlySet<string>;
  /** Where a path is, though nothing may be there yet; its last component is not followed. */
  real(path: string): string;
  /** Where a path is that is there, and is no directory. */
  file(path: string): string | undefined;
}

function directories(root: Filesystem): Disk {
  const names = new Map<string, ReadonlySet<string>>();
  const reals = new Map<string, string>();
  const folder = (path: string): string => {
    const known = reals.get(path);
    if (known !== undefined) return known;
    const found =
      root.find(path)?.path ?? (path === '/' ? path : posix.join(folder(posix.dirname(path)), posix.basename(path)));
    reals.set(path, found);
    return found;
  };
  const disk: Disk = {
    names(path) {
      const known = names.get(path) ?? new Set(root.names(path));
      names.set(path, known);
      return known;
    },
    real: (path) => posix.join(folder(posix.dirname(path)), posix.basename(path)),
    file(path) {
      const real = disk.real(path);
      if (!disk.names(posix.dirname(real)).has(posix.basename(real))) return undefined;
      return root.find(real)?.header.type === 'directory' ? undefined : real;
    },
  };
  return disk;
}

const isBelow = (path: string, folder: string): boolean => path.startsWith(folder === '/' ? folder : `${folder}/`);

/** Whether a file is installed where a path had a directory: it hides all that was there. */
function isBelowFile(path: string, files: ReadonlySet<string>): boolean {
  for (let at = posix.dirname(path); at !== '/'; at = posix.dirname(at)) if (files.has(at)) return true;
  return false;
}

/** The folders that stay though they may be empty: those of the scheme, and what a base has beside them. */
function boundaries(folders: readonly string[], data: string): Set<string> {
  return new Set([...folders, ...[...sharedFolders].map((name) => posix.join(data, name))]);
}

/** The paths, with a folder in place of all that was in it. */
function collapsed(
  disk: Disk,
  gone: ReadonlySet<string>,
  kept: ReadonlySet<string>,
  stay: ReadonlySet<string>,
): string[] {
  const hidden = new Set(gone);
  /** The folders that something goes from, by how deep they are. */
  const levels: Set<string>[] = [];
  const note = (folder: string): void => {
    const depth = folder.split('/').length;
    for (let level = levels.length; level <= depth; level++) levels.push(new Set());
    levels[depth]?.add(folder);
  };
  for (const path of gone) note(posix.dirname(path));
  for (let depth = levels.length - 1; depth > 0; depth--) {
    for (const folder of levels[depth] ?? []) {
      if (folder === '/' || kept.has(folder) || stay.has(folder)) continue;
      const inside = [...disk.names(folder)].map((name) => posix.join(folder, name));
      if (!inside.every((path) => hidden.has(path))) continue;
      for (const path of inside) hidden.delete(path);
      hidden.add(folder);
      note(posix.dirname(folder));
    }
  }
  return [...hidden];
}
