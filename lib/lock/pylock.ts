import { FormatError } from '../errors.ts';
import { canonicalName } from '../python/metadata.ts';
import { asked } from './asked.ts';
import { type Environment, holds, withSets } from './environment.ts';
import { baseNameOf } from './file-name.ts';
import type { Hash, LockedFile, LockedProject, LockedSource, LockRequest, Selection } from './lock.ts';
import { parseMarker } from './marker.ts';
import { checkPython } from './python-range.ts';
import { optionalSize, optionalTable, optionalText, type Table, tables, text, texts, valueAt } from './table.ts';

/*
 * pylock.toml (packaging.python.org, "pylock.toml Specification", of PEP 751). The comments name its steps of installation.
 */

/** What a pylock.toml installs. A version that is not known, another Python or another environment is a FormatError. */
export function selectPylock(document: Table, request: LockRequest): Selection {
  const notes: string[] = [];
  const version = text(document, 'lock-version');
  if (!/^1\.[0-9]+$/.test(version))
    throw new FormatError(`has the lock-version ${JSON.stringify(version)}, which is not known`);
  if (version !== '1.0') notes.push(`its lock-version is ${version}, and 1.0 is known`);
  // "Check if the metadata … is met": requires-python, then environments.
  checkPython(optionalText(document, 'requires-python'), request.environment);
  const groups = [...texts(document, 'default-groups'), ...request.groups];
  const environment = withSets(request.environment, {
    extras: asked('extra', request.extras, texts(document, 'extras')),
    dependency_groups: asked('group', groups, [
      ...texts(document, 'dependency-groups'),
      ...texts(document, 'default-groups'),
    ]),
  });
  checkEnvironments(texts(document, 'environments'), environment);
  const projects = tables(document, 'packages')
    .filter((item) => applies(item, environment))
    .map(projectOf);
  return { projects, roots: [], pipOptions: [], notes };
}

/** Whether one of the environments that a lock was made for is this one. */
export function checkEnvironments(environments: readonly string[], environment: Environment): void {
  if (environments.length === 0 || environments.some((marker) => holds(parseMarker(marker), environment))) return;
  throw new FormatError(`is for other environments than ${environment.name}: ${environments.join('; ')}`);
}

function applies(item: Table, environment: Environment): boolean {
  const marker = optionalText(item, 'marker');
  if (marker === undefined) return true;
  try {
    return holds(parseMarker(marker), environment);
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(`${text(item, 'name')}: ${error.message}`) : error;
  }
}

function projectOf(item: Table): LockedProject {
  return {
    name: canonicalName(text(item, 'name')),
    version: optionalText(item, 'version'),
    requiresPython: optionalText(item, 'requires-python'),
    source: sourceOf(item),
  };
}

/** "Check that the source of the package is specified appropriately". */
function sourceOf(item: Table): LockedSource {
  const given = ['vcs', 'directory', 'archive'].filter((key) => valueAt(item, key) !== undefined);
  const hasFiles = valueAt(item, 'wheels') !== undefined || valueAt(item, 'sdist') !== undefined;
  if (given.length + (hasFiles ? 1 : 0) > 1) {
    throw new FormatError(
      `${text(item, 'name')} has several sources: ${[...given, ...(hasFiles ? ['wheels'] : [])].join(', ')}`,
    );
  }
  const vcs = optionalTable(item, 'vcs');
  if (vcs) return { kind: 'source', what: `a ${text(vcs, 'type')} repository` };
  const directory = optionalTable(item, 'directory');
  if (directory) {
    const isEditable = valueAt(directory, 'editable') === true;
    return { kind: 'source', what: `${isEditable ? 'an editable' : 'a'} directory (${text(directory, 'path')})` };
  }
  const archive = optionalTable(item, 'archive');
  if (archive) {
    const wheel = fileOf(archive);
    return /\.whl$/i.test(wheel.name)
      ? { kind: 'direct', wheel }
      : { kind: 'source', what: `an sdist (${wheel.name})` };
  }
  return { kind: 'index', wheels: tables(item, 'wheels').map(fileOf), hasSdist: valueAt(item, 'sdist') !== undefined };
}

function fileOf(table: Table): LockedFile {
  const url = optionalText(table, 'url');
  const path = optionalText(table, 'path');
  const name = optionalText(table, 'name') ?? baseNameOf(url, path);
  if (name === undefined) throw new FormatError(`${table.at} has no name, no url and no path`);
  return { name, url, path, size: optionalSize(table, 'size'), hashes: hashesOf(table) };
}

function hashesOf(table: Table): Hash[] {
  const hashes = optionalTable(table, 'hashes');
  return hashes ? Object.keys(hashes.values).map((algorithm) => ({ algorithm, hex: text(hashes, algorithm) })) : [];
}
