import type { Body } from '../entries/entry.ts';
import type { Package, Reading } from './package.ts';
import type { ReadAt } from './program.ts';

/** A file of an image that may tell of packages. */
export interface PackageFile {
  /** Bytes, one character each, without a slash in front. */
  readonly path: string;
  readonly body: Body;
  /** In bytes. */
  readonly size: number;
}

/** The files of an image as they are seen at the end. */
export interface Tree {
  /** The file of a path, symlinks followed. */
  file(path: string): PackageFile | undefined;
  /** The names in a directory, in byte order. */
  names(directory: string): readonly string[];
}

/** What else stands beside a file that tells of a package. */
export interface Beside {
  /** Its packages, more being known of them. */
  readonly packages: readonly Package[];
  /** Packages that it has inside. */
  readonly inside: readonly { readonly path: string; readonly reading: Reading }[];
  readonly problems: readonly { readonly path: string; readonly problem: string }[];
}

/** Reads one kind of packages. A new kind is one more of these, and a line in readers.ts. */
export interface Reader {
  /**
   * Whether a file may tell of packages, or be wanted beside one that does; then its content is kept. The beginning
   * counts too, since a hard link or symlink to it may have another name.
   *
   * @param name the last component of its path
   * @param head its first bytes, one character each; few of them
   * @param path as its layer spells it
   */
  wants(name: string, head: string, path: string): boolean;
  /** More bytes than these are not read. */
  readonly limit: number;
  /** Files that it reads wherever symlinks lead. */
  databases?(tree: Tree): readonly string[];
  /** Whether a file at a path tells of a package. */
  tells?(path: string): boolean;
  /** What such a file tells. Whatever is wrong in it is told, not thrown. */
  read?(file: PackageFile): Promise<Reading>;
  /** What a program tells; undefined where it tells nothing. */
  program?(read: ReadAt): Reading | undefined;
  /** What stands beside a file, once it is known to be seen. */
  beside?(file: PackageFile, packages: readonly Package[], tree: Tree): Promise<Beside>;
}
