import { type Digest, isDigest } from '../bytes/digest.ts';
import { UsageError } from '../errors.ts';

/** A name with a tag, as docker reads it (distribution/reference). */
export interface Tagged {
  /** As docker lists it: without the default registry. */
  readonly familiar: string;
  /** With the registry. */
  readonly full: string;
  readonly tag: string;
}

/** Where an image is, or is to be, in a registry. */
export interface Reference {
  /** Its host, with a port where one was given: `docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** The path in the registry: `library/debian`. */
  readonly repository: string;
  /** `latest` where neither a tag nor a digest was given. */
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const host =
  '(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?';
const pattern = new RegExp(`^(${component}(?:/${component})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?$`);

const DEFAULT_REGISTRY = 'docker.io';

/** Reads a tag as given with --tag; without one it is `latest`. */
export function parseTag(text: string): Tagged {
  const parts = split(text);
  if (parts === undefined) {
    throw new UsageError(
      `${JSON.stringify(text)} is not a tag`,
      text.includes('@') ? 'a digest cannot be given to an image' : (caseHint(text) ?? 'a tag is NAME or NAME:TAG'),
    );
  }
  const { registry, repository, tag = 'latest' } = parts;
  const short = registry === DEFAULT_REGISTRY ? repository.replace(/^library\/(?=[^/]*$)/, '') : undefined;
  const full = `${registry}/${repository}:${tag}`;
  return { familiar: short === undefined ? full : `${short}:${tag}`, full, tag };
}

/** Reads what an image is pushed to or pulled from: NAME, NAME:TAG, NAME@DIGEST or both, with or without a registry. */
export function parseReference(text: string): Reference {
  const at = text.indexOf('@');
  const parts = split(at < 0 ? text : text.slice(0, at));
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (parts === undefined || (digest !== undefined && !isDigest(digest))) {
    throw new UsageError(`${JSON.stringify(text)} is not a reference`, referenceHint(text, digest));
  }
  const { registry, repository, tag } = parts;
  return { registry, repository, tag: tag ?? (digest === undefined ? 'latest' : undefined), digest };
}

/** Docker's own registry, which is meant where none is named. */
export function isDefault(registry: string): boolean {
  return registry === DEFAULT_REGISTRY;
}

/** A reference in full, but for what names the image in its repository. */
export function repositoryName({ registry, repository }: Reference): string {
  return `${registry}/${repository}`;
}

interface Parts {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
}

function split(text: string): Parts | undefined {
  const first = text.split('/')[0] ?? '';
  // Only a word with a dot, a colon or of this name is a registry; others are the first part of a path.
  const named = text.includes('/') && (/[.:]/.test(first) || first === 'localhost') ? first : undefined;
  const parts = pattern.exec(named === undefined ? text : text.slice(named.length + 1));
  if (!parts || (named !== undefined && !new RegExp(`^${host}$`).test(named))) return undefined;
  const [, path = '', tag] = parts;
  const isOfficial = named === undefined || named === DEFAULT_REGISTRY || named === 'index.docker.io';
  if (!isOfficial) return { registry: named, repository: path, tag };
  return { registry: DEFAULT_REGISTRY, repository: path.includes('/') ? path : `library/${path}`, tag };
}

function referenceHint(text: string, digest: string | undefined): string {
  if (/^[a-z+-]+:\/\//.test(text)) return 'a reference has no scheme: registry.example/team/app:1';
  if (digest !== undefined) return 'a digest is sha256: and 64 hexadecimal digits in lower case';
  return caseHint(text) ?? 'a reference is [REGISTRY/]NAME[:TAG][@DIGEST]';
}

function caseHint(text: string): string | undefined {
  return /[A-Z]/.test(text.replace(/:[^/]*$/, '')) ? 'a name is in lower case' : undefined;
}
