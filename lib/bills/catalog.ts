import type { Digest } from '../bytes/digest.ts';
import { PACKAGES_LIMIT } from '../bytes/limits.ts';
import { isPlace } from '../bytes/place.ts';
import type { Entry } from '../entries/entry.ts';
import { compare } from '../entries/names.ts';
import { FormatError, InputError } from '../errors.ts';
import { type Stack, stack } from '../stack/stack.ts';
import type { Node } from '../stack/tree.ts';
import { aliasFiles } from './aliases.ts';
import { type Package, type Reading, unread } from './package.ts';
import { isElf, placeReader } from './program.ts';
import { purlText } from './purl.ts';
import type { PackageFile, Reader, Tree } from './reader.ts';
import { readers } from './readers.ts';
import { type Release, readRelease } from './release.ts';
import { type Clue, programClue, type Retained } from './retain.ts';

/** A package that is seen at the end. */
export interface Found {
  readonly package: Package;
  /** The number of the layer from which on this version was always there; the lowest is 1. */
  readonly layer: number;
  /** The files that tell of it, in their order; bytes, one character each, without a slash in front. */
  readonly paths: readonly string[];
  /** Packages that are inside of it, by their keys. */
  readonly inside: ReadonlySet<string>;
}

/** What an image has inside. */
export interface Catalog {
  /** By their keys, in the order of these. */
  readonly packages: ReadonlyMap<string, Found>;
  readonly release: Release;
  /** The layers, by their diff_ids, the lowest first. */
  readonly layers: readonly Digest[];
}

/** Finds the packages of an image while its layers are stacked. */
export interface Cataloger {
  /** Stacks the next layer. */
  push(layer: { readonly name: string }, retained: Retained<Iterable<Entry> | AsyncIterable<Entry>>): Promise<void>;
  /**
   * What is seen when all layers are there.
   *
   * @param warn is told of files that are broken
   */
  catalog(layers: readonly Digest[], warn: (path: string, problem: string) => void): Promise<Catalog>;
}

/** How long a package has been there: from which layer on, and up to which. */
interface Presence {
  since: number;
  last: number;
}

interface SeenFile {
  readonly path: string;
  readonly record: number;
  /** Undefined for a program, which has been read. */
  readonly reader: Reader | undefined;
}

/** What one package is told from others by: not by where it is, nor by what the distribution is called. */
export function keyOf({ purl, given }: Package): string {
  return given ?? purlText(purl);
}

/** Makes a cataloger, which has seen nothing. */
export function cataloger(): Cataloger {
  const stacked = stack();
  const { tree, records } = stacked;
  const clues = new Map<number, Clue>();
  /** Where files with clues came to stand. */
  const nodes = new Set<Node>();
  const readings = new Map<string, Reading>();
  const presence = new Map<string, Presence>();
  const view = viewOf(stacked, clues);
  let layer = 0;

  /** The files that tell of packages, as it is now. */
  function* seen(): Generator<SeenFile> {
    for (const reader of readers) {
      for (const path of reader.databases?.(view.tree) ?? []) {
        const record = view.record(path);
        if (record !== undefined) yield { path, record, reader };
      }
    }
    for (const node of nodes) {
      if (!tree.isThere(node)) {
        nodes.delete(node);
        continue;
      }
      const record = tree.record(node);
      const kind = clues.get(record)?.kind;
      if (kind === undefined) continue;
      const path = tree.path(node).join('/');
      if (kind === 'program') yield { path, record, reader: undefined };
      else if (kind === 'alias') yield* throughAlias(path);
      else yield* told(path, record);
    }
  }

  function* throughAlias(link: string): Generator<SeenFile> {
    for (const path of aliasFiles(link, view.tree)) {
      const record = view.record(path);
      if (record !== undefined) yield* told(path, record);
    }
  }

  function* told(path: string, record: number): Generator<SeenFile> {
    const reader = readers.find((one) => one.tells?.(path));
    if (reader) yield { path, record, reader };
  }

  async function readingOf({ path, record, reader }: SeenFile): Promise<Reading> {
    const clue = clues.get(record);
    if (reader === undefined) return clue?.kind === 'program' ? clue.reading : { packages: [] };
    const key = `${record} ${readers.indexOf(reader)}`;
    const known = readings.get(key);
    if (known) return known;
    const file = view.file(path, record, clue);
    const size = clue?.kind === 'large' ? clue.size : (file?.size ?? 0);
    const reading =
      size > reader.limit
        ? unread(`is larger than ${reader.limit} bytes`)
        : file === undefined
          ? unread('is not what its name says')
          : await reader.read!(file);
    readings.set(key, reading);
    return reading;
  }

  /** Sparse files were written out, and can be told now. */
  function tellSparse(): void {
    for (const [record, clue] of clues) {
      if (clue.kind !== 'sparse') continue;
      const body = records.body(record);
      const isProgram = isPlace(body) && isElf(placeReader(body)(0, 4));
      const next: Clue | undefined = isProgram ? programClue(placeReader(body)) : { kind: 'content' };
      if (next) clues.set(record, next);
      else clues.delete(record);
    }
  }

  return {
    async push({ name }, { entries, clue }) {
      layer++;
      let hasSparse = false;
      await stacked.push(
        { name, entries },
        (record) => {
          const own = clue();
          if (own === undefined) return;
          clues.set(record, own);
          hasSparse ||= own.kind === 'sparse';
        },
        (node, record) => {
          if (clues.has(record)) nodes.add(node);
        },
      );
      if (hasSparse) tellSparse();
      for (const file of seen()) {
        for (const found of (await readingOf(file)).packages) {
          const key = keyOf(found);
          const known = presence.get(key);
          if (known === undefined) presence.set(key, { since: layer, last: layer });
          else {
            if (known.last < layer - 1) known.since = layer;
            known.last = layer;
          }
        }
      }
      if (presence.size > PACKAGES_LIMIT) throw new InputError(name, `brings more than ${PACKAGES_LIMIT} packages`);
    },
    async catalog(layers, warn) {
      const found = new Map<string, { package: Package; layer: number; paths: Set<string>; inside: Set<string> }>();
      const note = (told: Package, since: number, path: string): void => {
        const key = keyOf(told);
        const known = found.get(key);
        if (known === undefined) {
          found.set(key, { package: told, layer: since, paths: new Set([path]), inside: new Set() });
        } else {
          known.layer = Math.min(known.layer, since);
          known.paths.add(path);
        }
      };
      const files = [...seen()].sort((a, b) => compare(a.path, b.path));
      for (const file of files) {
        const { path, record, reader } = file;
        const reading = await readingOf(file);
        if (reading.problem !== undefined) warn(path, reading.problem);
        const own = view.file(path, record, clues.get(record));
        const beside = own && (await reader?.beside?.(own, reading.packages, view.tree));
        for (const told of beside?.packages ?? reading.packages) note(told, presence.get(keyOf(told))!.since, path);
        for (const { path: at, problem } of beside?.problems ?? []) warn(at, problem);
        const owner = reading.packages[0];
        if (owner === undefined) continue;
        const { since } = presence.get(keyOf(owner))!;
        for (const bill of beside?.inside ?? []) {
          if (bill.reading.problem !== undefined) warn(bill.path, bill.reading.problem);
          for (const told of bill.reading.packages) {
            note(told, since, bill.path);
            if (keyOf(told) !== keyOf(owner)) found.get(keyOf(owner))!.inside.add(keyOf(told));
          }
        }
      }
      if (found.size > PACKAGES_LIMIT) throw new FormatError(`has more than ${PACKAGES_LIMIT} packages`);
      const packages = [...found].sort(([a], [b]) => compare(a, b));
      return {
        packages: new Map(packages.map(([key, value]) => [key, { ...value, paths: [...value.paths] }])),
        release: await readRelease(view.tree),
        layers,
      };
    },
  };
}

/** The files of a stack, as far as their content was kept. */
function viewOf(
  { tree, records, find }: Stack,
  clues: ReadonlyMap<number, Clue>,
): {
  tree: Tree;
  record(path: string): number | undefined;
  file(path: string, record: number, clue: Clue | undefined): PackageFile | undefined;
} {
  function locate(path: string): Node | undefined {
    try {
      return find(path);
    } catch (error) {
      // Behind a loop of symlinks is nothing.
      if (error instanceof FormatError) return undefined;
      throw error;
    }
  }
  function record(path: string): number | undefined {
    const node = locate(path);
    const at = node === undefined ? 0 : tree.record(node);
    return at > 0 && records.type(at) === 'file' ? at : undefined;
  }
  function file(path: string, at: number, clue: Clue | undefined): PackageFile | undefined {
    if (clue?.kind !== 'content') return undefined;
    const body = records.body(at);
    return { path, body, size: isPlace(body) ? body.size : 0 };
  }
  return {
    record,
    file,
    tree: {
      file(path) {
        const at = record(path);
        return at === undefined ? undefined : file(path, at, clues.get(at));
      },
      names(directory) {
        const node = locate(directory);
        return node === undefined ? [] : tree.sorted(node);
      },
    },
  };
}
