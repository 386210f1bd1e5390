import { WALK_LIMIT } from '../bytes/limits.ts';
import { FormatError } from '../errors.ts';
import { canonicalName } from '../python/metadata.ts';
import { type Environment, holds, type Names, withSets } from './environment.ts';
import { type Marker, parseMarker } from './marker.ts';
import { optionalText, type Table, tableOf, text, valueAt } from './table.ts';
import type { Edge, Package } from './uv-packages.ts';

/** Where a walk begins: what a root needs. */
export interface Start {
  /** Undefined for a script, which is no package. */
  readonly package: Package | undefined;
  readonly edges: readonly Edge[];
}

/** An extra or a group of a package, or the package itself, where the lock tells it apart from others. */
export interface Item {
  readonly kind: 'extra' | 'group' | 'project';
  readonly package: string;
  /** Of the extra or the group. */
  readonly name: string;
}

export interface Walk {
  /** In the order in which they were come upon. */
  readonly packages: ReadonlySet<Package>;
  /** All that was asked for, on the way too, as markers name it. */
  readonly active: ReadonlySet<string>;
}

/** Items of which a lock forbids two at once have names of their own in its markers (uv, crates/uv-resolver/src/universal_marker.rs). */
function itemName({ kind, package: owner, name }: Item): string {
  return kind === 'project'
    ? `project-${owner.length}-${owner}`
    : `${kind}-${owner.length}-${owner}-${canonicalName(name)}`;
}

/** Follows the edges whose markers hold for an environment. An edge that leads nowhere is a FormatError. */
export function walk(
  packages: readonly Package[],
  starts: readonly Start[],
  requested: readonly Item[],
  environment: Environment,
): Walk {
  const byName = grouped(packages);
  const markers = new Map<string, Marker>();
  const find = finder(byName);
  let active: ReadonlySet<string> = new Set(requested.map(itemName));
  for (let pass = 0; pass < WALK_LIMIT; pass++) {
    const reached = once(find, starts, active, environment, markers);
    // What was activated late may open, or close, an edge that was looked at before.
    if (reached.active.size === active.size) return reached;
    active = reached.active;
  }
  throw new FormatError(`has extras that depend on one another more than ${WALK_LIMIT} times over`);
}

function grouped(packages: readonly Package[]): Map<string, Package[]> {
  const groups = new Map<string, Package[]>();
  for (const item of packages) {
    const group = groups.get(item.name);
    if (group) group.push(item);
    else groups.set(item.name, [item]);
  }
  return groups;
}

/** Finds where an edge of a package leads. */
type Finder = (edge: Edge, from: string) => Package;

function once(
  find: Finder,
  starts: readonly Start[],
  before: ReadonlySet<string>,
  environment: Environment,
  markers: Map<string, Marker>,
): Walk {
  const reached = new Set<Package>();
  const active = new Set(before);
  const done = new Set<readonly Edge[]>();
  const waiting = starts.map(({ edges, package: from }) => ({ edges, from: from?.name ?? 'the lock' }));
  // It grows while it is read.
  for (const next of waiting) {
    if (done.has(next.edges)) continue;
    done.add(next.edges);
    for (const edge of next.edges) {
      const own = edge.extras.map((name) => itemName({ kind: 'extra', package: edge.name, name }));
      const names = { has: (name: string) => before.has(name) || own.includes(name) };
      if (!isOpen(edge, names, environment, markers)) continue;
      const target = find(edge, next.from);
      reached.add(target);
      for (const name of own) active.add(name);
      waiting.push({ edges: target.dependencies, from: target.name });
      const extras = new Set(edge.extras.map(canonicalName));
      for (const [name, edges] of extras.size > 0 ? target.optional : []) {
        if (extras.has(canonicalName(name))) waiting.push({ edges, from: target.name });
      }
    }
  }
  return { packages: reached, active };
}

function isOpen(
  { name, marker }: Edge,
  active: Names,
  environment: Environment,
  markers: Map<string, Marker>,
): boolean {
  if (marker === undefined) return true;
  try {
    const parsed = markers.get(marker) ?? parseMarker(marker);
    markers.set(marker, parsed);
    return holds(parsed, withSets(environment, { extra: active }));
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(`${name}: ${error.message}`) : error;
  }
}

function finder(packages: ReadonlyMap<string, readonly Package[]>): Finder {
  const known = new Map<string, Package>();
  return (edge, from) => {
    const key = JSON.stringify([edge.name, edge.version, edge.source]);
    const target = known.get(key) ?? targetOf(packages, edge, from);
    known.set(key, target);
    return target;
  };
}

function targetOf(packages: ReadonlyMap<string, readonly Package[]>, edge: Edge, from: string): Package {
  const found = (packages.get(edge.name) ?? []).filter(
    ({ version, source }) =>
      (edge.version === undefined || edge.version === version) && (edge.source === undefined || edge.source === source),
  );
  const [target] = found;
  if (target === undefined) throw new FormatError(`${from} needs ${edge.name}, which the lock does not have`);
  if (found.length > 1) throw new FormatError(`${from} needs ${edge.name}, of which the lock has several`);
  return target;
}

/** Extras and groups that the lock says are not for one installation. */
export function checkConflicts(document: Table, active: ReadonlySet<string>): void {
  const conflicts = valueAt(document, 'conflicts') ?? [];
  if (!Array.isArray(conflicts)) throw new FormatError('conflicts is not a list');
  for (const set of conflicts) {
    if (!Array.isArray(set)) throw new FormatError('conflicts is not a list of lists');
    const items = set.map((item, at) => conflictingItem(tableOf(item, `conflicts[${at}]`)));
    const both = items.filter((item) => active.has(itemName(item)));
    if (both.length > 1) {
      const words = both.map(({ kind, package: owner, name }) =>
        kind === 'project' ? owner : `${kind} ${name} of ${owner}`,
      );
      throw new FormatError(`says that ${words.join(' and ')} exclude each other`);
    }
  }
}

function conflictingItem(table: Table): Item {
  const owner = canonicalName(text(table, 'package'));
  const [extra, group] = [optionalText(table, 'extra'), optionalText(table, 'group')];
  if (extra !== undefined) return { kind: 'extra', package: owner, name: extra };
  return group === undefined
    ? { kind: 'project', package: owner, name: '' }
    : { kind: 'group', package: owner, name: group };
}
