import { fstatSync } from 'node:fs';
import { type Place, readNow, within } from '../bytes/place.ts';
import { type Entry, header } from '../entries/entry.ts';
import { compare } from '../entries/names.ts';
import { ownerOf } from '../entries/owner.ts';
import { pathOrder } from '../entries/path-order.ts';
import { timeOf } from '../entries/time.ts';
import { InputError } from '../errors.ts';
import { elfMachine, HEAD, isElf, runsOn } from '../image/executable.ts';
import { type Platform, platformText } from '../image/platform.ts';
import type { Destined } from './destination.ts';

/** A file at its place, and what is known of it. */
export interface PlacedFile extends Destined {
  /** The content, wherever it is now. */
  readonly place: Place;
  /** Whether it is the file itself, which has a mode and a time, and not a copy of what came through a pipe. */
  readonly isFile: boolean;
}

export interface FileOptions {
  /** Permission bits for all of them. */
  readonly mode: number | undefined;
  /** For what comes through a pipe, in seconds. */
  readonly time: number;
  /** What an ELF must be for; undefined where they need only agree. */
  readonly platform: Platform | undefined;
}

/**
 * The entries of files, in the order in which squash writes, without headers for their parents: the base may have those
 * otherwise. A program for another machine than the platform's, or than another program's, is an InputError.
 */
export function fileEntries(files: readonly PlacedFile[], options: FileOptions): Entry[] {
  const heads = files.map(({ place }) => readNow(within(place, 0, Math.min(place.size, HEAD))));
  checkMachines(files, heads, options.platform);
  const sorted = files
    .map((file, at) => ({ file, head: heads[at]!, order: pathOrder(file.name) }))
    .sort((a, b) => compare(a.order, b.order));
  return sorted.map(({ file, head }) => entryOf(file, head, options));
}

function entryOf({ name, place, isFile }: PlacedFile, head: Buffer, options: FileOptions): Entry {
  const stats = isFile ? fstatSync(place.fd, { bigint: true }) : undefined;
  const isProgram = isElf(head) || head.toString('latin1', 0, 2) === '#!' || ((stats?.mode ?? 0n) & 0o111n) !== 0n;
  const times = stats ? timeOf(stats.mtimeNs) : { mtime: options.time, nanoseconds: 0 };
  const mode = options.mode ?? (isProgram ? 0o755 : 0o644);
  return {
    header: header({ name, type: 'file', mode, size: place.size, ...times, ...ownerOf(0, 0) }),
    body: place.size === 0 ? undefined : place,
  };
}

function checkMachines(files: readonly PlacedFile[], heads: readonly Buffer[], platform: Platform | undefined): void {
  let first: { source: string; machine: string } | undefined;
  for (const [at, { place }] of files.entries()) {
    const head = heads[at]!;
    if (!isElf(head)) continue;
    const machine = elfMachine(head);
    if (platform && !(head.length >= HEAD && runsOn(head, platform.os, platform.architecture))) {
      throw new InputError(place.name, `is a program for ${machine}, and not for ${platformText(platform)}`);
    }
    if (first && first.machine !== machine) {
      const problem = `is a program for ${machine}, while ${first.source} is one for ${first.machine}`;
      throw new InputError(place.name, problem, 'a layer is for one platform');
    }
    first ??= { source: place.name, machine };
  }
}
