import type { Environment } from './environment.ts';

/*
 * What every lock comes down to: for a Python and what was asked for, a list of projects with the files that they may be
 * installed from.
 */

/** A digest of a file, hexadecimal. */
export interface Hash {
  readonly algorithm: string;
  readonly hex: string;
}

/** A file that a lock names. */
export interface LockedFile {
  readonly name: string;
  /** From the folder of the lock, or absolute. */
  readonly path: string | undefined;
  readonly url: string | undefined;
  readonly size: number | undefined;
  /** All of them hold. */
  readonly hashes: readonly Hash[];
}

/** What a project is installed from. */
export type LockedSource =
  /** The wheels of an index, of which the best is taken. */
  | { readonly kind: 'index'; readonly wheels: readonly LockedFile[]; readonly hasSdist: boolean }
  /** A wheel of its own address, which direct_url.json tells. */
  | { readonly kind: 'direct'; readonly wheel: LockedFile }
  /** What only pip finds: one of these hashes holds. */
  | { readonly kind: 'pip'; readonly requirement: string; readonly hashes: readonly Hash[] }
  /** What is no wheel: `a directory`, `a git repository`. */
  | { readonly kind: 'source'; readonly what: string };

export interface LockedProject {
  /** Normalized. */
  readonly name: string;
  readonly version: string | undefined;
  readonly source: LockedSource;
  /** The versions of Python that it is for (PEP 440). */
  readonly requiresPython: string | undefined;
}

/** What is wanted of a lock. */
export interface LockRequest {
  readonly environment: Environment;
  /** As they were given. */
  readonly extras: readonly string[];
  readonly groups: readonly string[];
}

/** What a lock installs for a request. */
export interface Selection {
  readonly projects: readonly LockedProject[];
  /** The projects that the lock is for, and that are no wheels yet: they are left to the user. */
  readonly roots: readonly string[];
  /** The lines that say to pip where to look. */
  readonly pipOptions: readonly string[];
  /** What a person ought to know, a sentence each. */
  readonly notes: readonly string[];
}

/** A project as errors name it. */
export function projectText({ name, version }: Pick<LockedProject, 'name' | 'version'>): string {
  return version === undefined ? name : `${name} ${version}`;
}
