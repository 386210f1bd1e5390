import type { Purl } from './purl.ts';

/** A package as the files of an image tell of it. */
export interface Package {
  /** Whose namespace is the distribution's, where it is left open. */
  readonly purl: Purl;
  /** A package URL that somebody else made, which counts instead. */
  readonly given?: string | undefined;
  /** Its name in full, as its own tools print it: with the scope, with the path of the module. */
  readonly name: string;
  readonly version: string;
  /** As it was told; not yet known to be one of SPDX. */
  readonly license?: string | undefined;
  /** Who wrote or maintains it. */
  readonly author?: string | undefined;
  /** Where it was brought from, where that was no index. */
  readonly origin?: Origin | undefined;
  /** The name and version of the source that it was built from. */
  readonly source?: string | undefined;
  /** It is a program, and no library. */
  readonly isProgram?: boolean | undefined;
}

/** Where a package was brought from (PEP 610). */
export interface Origin {
  readonly url: string;
  /** The version control system and its commit; undefined for an archive or a directory. */
  readonly commit?: { readonly system: string; readonly id: string } | undefined;
}

/** What one file tells. */
export interface Reading {
  readonly packages: readonly Package[];
  /** Why it tells nothing, or less than it should. */
  readonly problem?: string | undefined;
}

/** A file that tells of no package at all, and why. */
export function unread(problem: string): Reading {
  return { packages: [], problem };
}
