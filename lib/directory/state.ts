import type { BigIntStats } from 'node:fs';
import type { EntryType } from '../entries/entry.ts';

/**
 * How a file was when it was found: what a header tells, and what shows that it has changed. Node's own object takes
 * ten times as much, and some thousand files are looked at before they are read.
 */
export interface State {
  readonly type: EntryType | 'socket';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** In bytes. */
  readonly size: number;
  readonly links: number;
  readonly dev: bigint;
  readonly ino: bigint;
  /** The number of the device that it is. */
  readonly rdev: bigint;
  /** In nanoseconds since 1970. */
  readonly mtime: bigint;
  readonly ctime: bigint;
}

export function stateOf(stats: BigIntStats): State {
  return {
    type: typeOf(stats),
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: Number(stats.size),
    links: Number(stats.nlink),
    dev: stats.dev,
    ino: stats.ino,
    rdev: stats.rdev,
    mtime: stats.mtimeNs,
    ctime: stats.ctimeNs,
  };
}

/** The time of change, which nobody can set, moves with every write and with every new mode, owner and attribute. */
export function isUnchanged(state: State, now: BigIntStats): boolean {
  return (
    now.ctimeNs === state.ctime &&
    now.mtimeNs === state.mtime &&
    now.ino === state.ino &&
    now.dev === state.dev &&
    Number(now.size) === state.size
  );
}

function typeOf(stats: BigIntStats): State['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isSocket()) return 'socket';
  return stats.isBlockDevice() ? 'block-device' : 'character-device';
}
