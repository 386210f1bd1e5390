import { REQUIREMENT_LIMIT } from '../bytes/limits.ts';
import { FormatError } from '../errors.ts';
import { canonicalName } from '../python/metadata.ts';
import { type Environment, holds, withSets } from './environment.ts';
import { baseNameOf } from './file-name.ts';
import type { Hash, LockedProject, LockRequest, Selection } from './lock.ts';
import { parseMarker } from './marker.ts';

/*
 * Requirements with hashes (pip, "Requirements File Format" and "Secure installs"): every line is pinned, and says what
 * the files of that version may be.
 */

/** A line without comments, its continuations joined. */
interface Line {
  readonly number: number;
  readonly text: string;
}

/** What a requirements file installs. A line that is not pinned, or has no hash, is a FormatError. */
export function selectRequirements(document: string, request: LockRequest): Selection {
  const [given] = [...request.extras, ...request.groups];
  if (given !== undefined) throw new FormatError(`is a requirements file, which has no extras or groups: ${given}`);
  const environment = withSets(request.environment, { extra: new Set() });
  const projects: LockedProject[] = [];
  const pipOptions: string[] = [];
  for (const line of linesOf(document)) {
    try {
      if (line.text.startsWith('-')) {
        const option = optionOf(line.text);
        if (option !== undefined) pipOptions.push(option);
      } else {
        const project = projectOf(line.text, environment);
        if (project) projects.push(project);
      }
    } catch (error) {
      throw error instanceof FormatError ? new FormatError(`line ${line.number}: ${error.message}`) : error;
    }
  }
  return { projects, roots: [], pipOptions, notes: [] };
}

function* linesOf(document: string): Generator<Line> {
  let parts: string[] = [];
  let start = 1;
  for (const [at, raw] of document.split(/\r\n|\r|\n/).entries()) {
    const isComment = /^\s*#/.test(raw);
    // As by pip: a comment line in a continuation is left out, and ends it.
    const bare = isComment ? '' : raw.replace(/(^|\s)#.*$/, '');
    if (parts.length === 0) start = at + 1;
    const goesOn = !isComment && bare.endsWith('\\');
    parts.push(goesOn ? bare.slice(0, -1) : bare);
    if (goesOn) continue;
    const text = parts.join(' ').replace(/\s+/g, ' ').trim();
    parts = [];
    if (text.length > REQUIREMENT_LIMIT.line) {
      throw new FormatError(`line ${start} is longer than ${REQUIREMENT_LIMIT.line} characters`);
    }
    if (text !== '') yield { number: start, text };
  }
  if (parts.length > 0) throw new FormatError('ends in the middle of a line');
}

/** Options that say where pip looks; those that only say how it installs mean nothing here. */
const lookup = /^(-i|--index-url|--extra-index-url|-f|--find-links|--trusted-host)(=|\s+)\S+$|^(--no-index|--pre)$/;
const ignored = /^--(require-hashes|prefer-binary|use-feature\b.*|only-binary\b.*|no-binary\b.*)$/;

function optionOf(text: string): string | undefined {
  if (lookup.test(text)) return text;
  if (ignored.test(text)) return undefined;
  const [option = ''] = /^-[^\s=]*/.exec(text) ?? [];
  if (option === '-e' || option === '--editable')
    throw new FormatError(`an editable source cannot be installed: ${text}`);
  throw new FormatError(`${option} is not known in a lock`);
}

const NAME = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?';
const pinned = new RegExp(
  `^(${NAME})\\s*(?:\\[[^\\]]*\\])?\\s*\\(?\\s*===?\\s*([^\\s;,*()]+)\\s*\\)?\\s*(?:;(.*))?$`,
  's',
);
const direct = new RegExp(`^(${NAME})\\s*(?:\\[[^\\]]*\\])?\\s*@\\s*(\\S+?)\\s*(?:\\s;(.*))?$`, 's');
const plainFile = /^(\S+\.whl)(?:\[[^\]]*\])?\s*(?:\s;(.*))?$/s;

function projectOf(line: string, environment: Environment): LockedProject | undefined {
  const { requirement, hashes } = withoutOptions(line);
  const exact = pinned.exec(requirement);
  const [, wheel, wheelMarker] = plainFile.exec(requirement) ?? [];
  const addressed = exact || wheel !== undefined ? undefined : direct.exec(requirement);
  const file = wheel ?? addressed?.[2];
  const [wheelName] = wheel === undefined ? [] : (baseNameOf(wheel, undefined) ?? wheel).split('-');
  const name = canonicalName(exact?.[1] ?? addressed?.[1] ?? wheelName ?? '');
  if (name === '') throw new FormatError(`${requirement.slice(0, 100)} is not pinned: a lock says NAME==VERSION`);
  const marker = exact?.[3] ?? addressed?.[3] ?? wheelMarker;
  if (marker !== undefined && !holds(parseMarker(marker), environment)) return undefined;
  if (hashes.length === 0) throw new FormatError(`${name} has no --hash, without which it is no lock`);
  if (file === undefined) {
    const version = exact?.[2] ?? '';
    const words = hashes.map(({ algorithm, hex }) => `--hash=${algorithm}:${hex}`);
    const pin = exact && /===/.test(exact[0]) ? '===' : '==';
    return {
      name,
      version,
      requiresPython: undefined,
      source: { kind: 'pip', requirement: [`${name}${pin}${version}`, ...words].join(' '), hashes },
    };
  }
  return { name, version: undefined, requiresPython: undefined, source: addressedSource(file, hashes) };
}

function addressedSource(file: string, hashes: readonly Hash[]): LockedProject['source'] {
  const isUrl = /^[a-z][a-z0-9+.-]*:/i.test(file);
  const [url, path] = isUrl ? [file, undefined] : [undefined, file];
  const fileName = baseNameOf(url, path) ?? file;
  if (/^[a-z]+\+/.test(file)) return { kind: 'source', what: `a repository (${file})` };
  if (!/\.whl$/i.test(fileName)) return { kind: 'source', what: `an sdist (${file})` };
  return { kind: 'direct', wheel: { name: fileName, url, path, size: undefined, hashes } };
}

/** Takes the hashes from the end of a line. */
function withoutOptions(line: string): { requirement: string; hashes: Hash[] } {
  const start = /\s--[a-z]/.exec(line)?.index ?? line.length;
  const hashes: Hash[] = [];
  for (const word of line
    .slice(start)
    .trim()
    .split(/\s+(?=--)/)) {
    if (word === '') continue;
    const [, algorithm, hex] = /^--hash[=\s]\s*([a-z0-9]+):([0-9A-Fa-f]+)$/.exec(word) ?? [];
    if (algorithm === undefined || hex === undefined)
      throw new FormatError(`${word.slice(0, 100)} is not known in a lock`);
    hashes.push({ algorithm, hex: hex.toLowerCase() });
  }
  const requirement = line.slice(0, start).trim();
  if (requirement.length > REQUIREMENT_LIMIT.pin) {
    throw new FormatError(`is longer than ${REQUIREMENT_LIMIT.pin} characters without its hashes`);
  }
  return { requirement, hashes };
}
