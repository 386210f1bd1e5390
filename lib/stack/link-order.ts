import { compare } from '../entries/names.ts';

/** A file of a layer that is not given, and the hard links by which it survives when it goes from where it is. */
export interface LinkedFile {
  readonly target: string;
  readonly names: readonly string[];
}

/** The name that a file is linked to first. */
export interface FirstName {
  readonly path: string;
  readonly target: string;
}

/** A path in the order of links: the paths are a tree, so that what is above or below one is known without its text. */
interface Place {
  readonly above: Place | undefined;
  readonly children: Map<string, Place>;
  /** Files that are there and are not linked yet: 0 or 1. */
  files: number;
  /** Such files there or below. */
  filesBelow: number;
  /** Names that cannot be made before there is no such file there. */
  readonly waiting: Candidate[];
}

interface Candidate extends FirstName {
  readonly place: Place;
  readonly targetPlace: Place;
}

/**
 * Chooses for each file the name that is linked first, and puts these into an order in which none takes the place of
 * what another is still to be linked to. Files for which there is no such order are left out.
 */
export function linkOrder(files: readonly LinkedFile[]): FirstName[] {
  const root = newPlace(undefined);
  const targets = new Map<string, Place>();
  for (const { target } of files) {
    if (targets.has(target)) continue;
    const place = placeOf(root, target);
    targets.set(target, place);
    place.files = 1;
    for (const at of upwards(place)) at.filesBelow++;
  }
  const candidates = files
    .toSorted((a, b) => compare(a.target, b.target))
    .flatMap(({ target, names }) => {
      const targetPlace = targets.get(target)!;
      return names.toSorted(compare).map((path): Candidate => {
        return { path, target, place: placeOf(root, path), targetPlace };
      });
    });

  /** Where something would be lost if there were a file at a place: a file there or below, or one above it. */
  function obstacle(place: Place): Place | undefined {
    if (place.filesBelow > 0) return place;
    for (const at of upwards(place)) if (at.files > 0) return at;
    return undefined;
  }

  const chosen: FirstName[] = [];
  // The list grows while it is walked.
  for (const candidate of candidates) {
    const { path, target, place, targetPlace } = candidate;
    if (targetPlace.files === 0) continue;
    const blocked = obstacle(place);
    if (blocked !== undefined) {
      blocked.waiting.push(candidate);
      continue;
    }
    chosen.push({ path, target });
    targetPlace.files = 0;
    for (const at of upwards(targetPlace)) {
      at.filesBelow--;
      if (at !== targetPlace && at.filesBelow > 0) continue;
      for (const next of at.waiting.splice(0)) candidates.push(next);
    }
  }
  return chosen;
}

function newPlace(above: Place | undefined): Place {
  return { above, children: new Map(), files: 0, filesBelow: 0, waiting: [] };
}

function placeOf(root: Place, path: string): Place {
  let place = root;
  for (const name of path.split('/')) {
    let child = place.children.get(name);
    if (child === undefined) {
      child = newPlace(place);
      place.children.set(name, child);
    }
    place = child;
  }
  return place;
}

/** A place and those above it, but for the root. */
function* upwards(place: Place): Generator<Place> {
  for (let at: Place | undefined = place; at?.above !== undefined; at = at.above) yield at;
}
