import { FormatError } from '../errors.ts';
import { canonicalName } from '../python/metadata.ts';
import { asked } from './asked.ts';
import { withSets } from './environment.ts';
import type { LockRequest, Selection } from './lock.ts';
import { checkEnvironments } from './pylock.ts';
import { checkPython } from './python-range.ts';
import { optionalTable, optionalText, type Table, tables, tablesByKey, texts, valueAt } from './table.ts';
import { edgesOf, type Package, packagesOf } from './uv-packages.ts';
import { checkConflicts, type Start, walk } from './uv-walk.ts';

/*
 * uv.lock: every package that any environment may need, with what depends on what. What is installed is found by a walk
 * from the project that the lock is for, as `uv sync` does.
 */

/** The version of the format that is known; uv gives it another where older ones could not read it. */
const VERSION = 1;

/** What a uv.lock installs: of its project, not of the groups that were not named, nor the project itself. */
export function selectUvLock(document: Table, request: LockRequest): Selection {
  const version = valueAt(document, 'version');
  if (version !== VERSION) throw new FormatError(`is a uv.lock of version ${String(version)}, which is not known`);
  const { environment } = request;
  checkPython(optionalText(document, 'requires-python'), environment);
  checkEnvironments(texts(document, 'supported-markers'), withSets(environment, { extra: new Set() }));
  const packages = packagesOf(document);
  const manifest = optionalTable(document, 'manifest');
  const roots = rootsOf(packages, manifest);
  const manifestGroups = manifest ? tablesByKey(manifest, 'dependency-groups') : new Map<string, Table[]>();
  const extras = asked(
    'extra',
    request.extras,
    roots.flatMap((root) => root.extras),
  );
  const groups = asked('group', request.groups, [...roots.flatMap((root) => root.groups), ...manifestGroups.keys()]);

  const starts: Start[] = roots.flatMap((root): Start[] => [
    { package: root, edges: root.dependencies },
    ...[...root.optional]
      .filter(([name]) => extras.has(canonicalName(name)))
      .map(([, edges]) => ({ package: root, edges })),
    ...[...root.development]
      .filter(([name]) => groups.has(canonicalName(name)))
      .map(([, edges]) => ({ package: root, edges })),
  ]);
  if (manifest) {
    // A workspace without a project of its own, or a script.
    const own = roots.some(({ isProject }) => isProject) ? [] : tables(manifest, 'requirements');
    const grouped = [...manifestGroups].flatMap(([name, list]) => (groups.has(canonicalName(name)) ? list : []));
    starts.push({ package: undefined, edges: edgesOf([...own, ...grouped]) });
  }
  const requested = roots.flatMap((root) => [
    { kind: 'project', package: root.name, name: '' } as const,
    ...root.extras
      .filter((name) => extras.has(canonicalName(name)))
      .map((name) => ({ kind: 'extra', package: root.name, name }) as const),
    ...root.groups
      .filter((name) => groups.has(canonicalName(name)))
      .map((name) => ({ kind: 'group', package: root.name, name }) as const),
  ]);
  const reached = walk(packages, starts, requested, environment);
  checkConflicts(document, reached.active);
  const left = new Set(roots);
  const projects = [...reached.packages].filter((item) => !left.has(item) && !item.isVirtual);
  return {
    projects: projects.map(({ project }) => project),
    roots: roots.map(({ label }) => label),
    pipOptions: [],
    notes: [],
  };
}

/** The project at the lock's own folder; where there is none, all members of its workspace; in a script's lock, nothing. */
function rootsOf(packages: readonly Package[], manifest: Table | undefined): Package[] {
  const own = packages.filter(({ isProject }) => isProject);
  if (own.length > 0) return own;
  const members = new Set(manifest ? texts(manifest, 'members').map(canonicalName) : []);
  return packages.filter(({ name, isLocal }) => isLocal && members.has(name));
}
