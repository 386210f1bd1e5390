import { withoutEnd } from './names.ts';

/*
 * Whiteouts (OCI image specification, layer.md, "Whiteouts"): entries by which a layer removes what layers below it have.
 */

/** What the last component of a whiteout's path begins with. */
const PREFIX = '.wh.';

/** A whiteout of all that layers below have in its directory. */
const OPAQUE = '.wh..wh..opq';

/** The last component of a path in a layer; that of a directory ends in a slash, which is left out. */
export function baseName(name: string): string {
  const path = withoutEnd(name, '/');
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether appliers of layers take a component for a whiteout. */
export function isWhiteout(component: string): boolean {
  return component.startsWith(PREFIX);
}

/** Whether a component is an opaque whiteout. */
export function isOpaque(component: string): boolean {
  return component === OPAQUE;
}

/** AUFS kept its own books under such names; no applier makes files of them. */
export function isAufsMetadata(component: string): boolean {
  return component.startsWith(PREFIX + PREFIX) && component !== OPAQUE;
}

/** Where AUFS kept the content of files that have several names. */
const PSEUDO_LINKS = '.wh..wh.plnk';

/** The key of a file that AUFS has hard links to, by the components of its path; undefined for other paths. */
export function pseudoLink(path: readonly string[]): string | undefined {
  return path.length === 2 && path[0] === PSEUDO_LINKS ? path[1] : undefined;
}

/** The name that a whiteout hides in its directory. */
export function hiddenName(whiteout: string): string {
  return whiteout.slice(PREFIX.length);
}

/** The path of a whiteout for a name in a directory, whose path is empty or ends in a slash. */
export function whiteoutPath(directory: string, name: string): string {
  return directory + PREFIX + name;
}

/** The path of an opaque whiteout of a directory, whose path is empty or ends in a slash. */
export function opaquePath(directory: string): string {
  return directory + OPAQUE;
}
