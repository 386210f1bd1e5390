import { eq, valid } from '@renovatebot/pep440';
import { FormatError, InputError } from '../errors.ts';
import { algorithms, type FileHash } from '../fetch/hashes.ts';
import { canonicalName } from '../python/metadata.ts';
import { type Ranking, ranking, tagText } from '../python/supported.ts';
import { compressed } from '../python/tags.ts';
import { abiText, type Target, USUAL } from '../python/target.ts';
import { readFileName, type WheelName } from '../python/wheel-name.ts';
import type { Environment } from './environment.ts';
import { type Hash, type LockedFile, type LockedProject, projectText } from './lock.ts';
import { checkPython } from './python-range.ts';

/** A wheel that a lock has for a project, and that fits. */
export interface ChosenFile {
  readonly project: LockedProject;
  readonly file: LockedFile;
  readonly hashes: readonly FileHash[];
  /** Whether it has an address of its own, which direct_url.json tells. */
  readonly isDirect: boolean;
}

/** A project whose wheel only pip finds. */
export interface PipProject {
  readonly project: LockedProject;
  /** A line of a requirements file, with its hashes. */
  readonly requirement: string;
  readonly hashes: readonly FileHash[];
}

/** What the projects of a lock are installed from. */
export interface Choice {
  readonly files: readonly ChosenFile[];
  readonly byPip: readonly PipProject[];
}

/** A target of which what decides about wheels is known: what is not, is taken as in the official images. */
export function settled(target: Target): Target {
  const { libc, architecture, version } = target;
  return {
    ...target,
    libc: libc ?? USUAL.libc,
    architecture: architecture ?? USUAL.architecture,
    flags: target.flags ?? (version && version.minor < 8 ? 'm' : ''),
  };
}

/**
 * Chooses a wheel for each project: of those of an index the one with the best tag. That there is none, or two of one
 * project, is an InputError that names the project.
 *
 * @param name what the lock is called in errors
 */
export function choose(
  projects: readonly LockedProject[],
  target: Target,
  environment: Environment,
  name: string,
): Choice {
  const files: ChosenFile[] = [];
  const byPip: PipProject[] = [];
  const seen = new Map<string, LockedProject>();
  const ranks = target.version ? ranking(target, target.version) : new Map<string, number>();
  for (const project of projects) {
    const label = projectText(project);
    const other = seen.get(project.name);
    if (other) {
      const both = project.version === other.version ? `${label} twice` : `${projectText(other)} and ${label}`;
      throw new InputError(name, `has ${both} for ${environment.name}, where only one can be`);
    }
    seen.set(project.name, project);
    try {
      checkPython(project.requiresPython, environment);
      const { source } = project;
      if (source.kind === 'pip') {
        byPip.push({ project, requirement: source.requirement, hashes: secure(source.hashes) });
      } else {
        const chosen = chosenFile(project, ranks, target);
        const hashes = secure(chosen.hashes);
        if (chosen.url === undefined && chosen.path === undefined) {
          const words = hashes.map(({ algorithm, hex }) => `--hash=${algorithm}:${hex}`);
          if (project.version === undefined) throw new FormatError(`${chosen.name} has no url, no path and no version`);
          byPip.push({ project, requirement: `${project.name}==${project.version} ${words.join(' ')}`, hashes });
        } else {
          files.push({ project, file: chosen, hashes, isDirect: source.kind === 'direct' });
        }
      }
    } catch (error) {
      if (error instanceof NoWheel) throw new InputError(name, `${label}: ${error.message}`, hintFor(project));
      if (error instanceof FormatError) throw new InputError(name, `${label}: ${error.message}`);
      throw error;
    }
  }
  return { files, byPip };
}

/** There is no wheel to install, though there may be something that one can be made of. */
class NoWheel extends FormatError {
  override readonly name = 'NoWheel';
}

function hintFor(project: LockedProject): string {
  const { name, version, source } = project;
  const made =
    source.kind === 'source'
      ? 'uv build --wheel or pip wheel makes one there'
      : `pip wheel --no-deps ${name}${version === undefined ? '' : `==${version}`} makes one`;
  return `${made}, to be given as a file; --except ${name} leaves it out`;
}

function chosenFile({ name, version, source }: LockedProject, ranks: Ranking, target: Target): LockedFile {
  if (source.kind === 'source') throw new NoWheel(`is ${source.what}, not a wheel`);
  if (source.kind === 'direct') {
    const { tags } = checkedName(source.wheel, name, version);
    if (!tags.some((tag) => ranks.has(tagText(tag)))) {
      throw new NoWheel(`${source.wheel.name} does not run on ${target.name} (${abiText(target)})`);
    }
    return source.wheel;
  }
  if (source.kind === 'pip') throw new NoWheel('is brought by pip');
  let best: { file: LockedFile; rank: number; build: string | undefined } | undefined;
  const others: string[] = [];
  for (const file of source.wheels) {
    const read = readable(file);
    if (read === undefined) continue;
    const rank = Math.min(...read.tags.map((tag) => ranks.get(tagText(tag)) ?? Number.POSITIVE_INFINITY));
    if (rank === Number.POSITIVE_INFINITY) others.push(compressed(read.tags));
    else if (best === undefined || rank < best.rank || (rank === best.rank && isNewer(read.build, best.build))) {
      best = { file, rank, build: read.build };
    }
  }
  if (best === undefined) {
    const has =
      others.length > 0
        ? `there are ${listed(others)}`
        : source.hasSdist
          ? 'there is only an sdist'
          : 'there is none at all';
    throw new NoWheel(`no wheel fits ${target.name} (${abiText(target)}): ${has}`);
  }
  checkedName(best.file, name, version);
  return best.file;
}

/** Some are enough for a person. */
const SHOWN = 8;

function listed(tags: readonly string[]): string {
  const more = tags.length - SHOWN;
  return tags.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Files with other names are none that an installer looks at. */
function readable({ name }: LockedFile): WheelName | undefined {
  try {
    return readFileName(name);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function checkedName(file: LockedFile, name: string, version: string | undefined): WheelName {
  let read: WheelName;
  try {
    read = readFileName(file.name);
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(`${file.name} ${error.message}`) : error;
  }
  if (canonicalName(read.project) !== name) throw new FormatError(`${file.name} is of another project`);
  const own = read.version.replaceAll('_', '-');
  const isOther = valid(own) && valid(version) ? !eq(own, version ?? '') : own !== version;
  if (version !== undefined && isOther) throw new FormatError(`${file.name} is of another version`);
  return read;
}

/** A wheel was built again: by the number at the start of its build tag, then by the rest (PEP 427). */
function isNewer(build: string | undefined, than: string | undefined): boolean {
  const [number, rest] = buildKey(build);
  const [otherNumber, otherRest] = buildKey(than);
  return number === otherNumber ? rest > otherRest : number > otherNumber;
}

function buildKey(build: string | undefined): [number: number, rest: string] {
  const [, number, rest = ''] = /^([0-9]+)(.*)$/.exec(build ?? '') ?? [];
  return [number === undefined ? -1 : Number(number), rest];
}

/** The hashes that tell; a file without one is a FormatError. */
function secure(hashes: readonly Hash[]): FileHash[] {
  const good = hashes.flatMap(({ algorithm, hex }) => {
    const known = algorithms.find((one) => one === algorithm);
    return known ? [{ algorithm: known, hex: hex.toLowerCase() }] : [];
  });
  for (const { algorithm, hex } of good) {
    if (!/^[0-9a-f]+$/.test(hex) || hex.length !== lengths[algorithm])
      throw new FormatError(`${algorithm}:${hex.slice(0, 130)} is no hash`);
  }
  if (good.length > 0) return good;
  const weak = [...new Set(hashes.map(({ algorithm }) => algorithm))].join(' and ');
  throw new FormatError(
    weak === '' ? 'has no hash, without which it is not safe' : `has ${weak} alone, which proves nothing; sha256 does`,
  );
}

const lengths = { sha256: 64, sha384: 96, sha512: 128 } as const;
