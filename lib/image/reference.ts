import { UsageError } from '../errors.ts';

/** A name with a tag, as docker reads it (distribution/reference). */
export interface Tagged {
  /** As docker lists it: without the default registry. */
  readonly familiar: string;
  /** With the registry. */
  readonly full: string;
  readonly tag: string;
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const host =
  '(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?';
const pattern = new RegExp(`^(${component}(?:/${component})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?$`);

const DEFAULT_REGISTRY = 'docker.io';

/** Reads a tag as given with --tag; without one it is `latest`. */
export function parseTag(text: string): Tagged {
  const first = text.split('/')[0] ?? '';
  // Only a word with a dot, a colon or of this name is a registry; others are the first part of a path.
  const registry = text.includes('/') && (/[.:]/.test(first) || first === 'localhost') ? first : undefined;
  const parts = pattern.exec(registry === undefined ? text : text.slice(registry.length + 1));
  const valid = registry === undefined || new RegExp(`^${host}$`).test(registry);
  if (!parts || !valid) {
    const hint = /[A-Z]/.test(text.replace(/:[^/]*$/, '')) ? 'a name is in lower case' : 'a tag is NAME or NAME:TAG';
    throw new UsageError(
      `${JSON.stringify(text)} is not a tag`,
      text.includes('@') ? 'a digest cannot be given to an image' : hint,
    );
  }
  const [, repository = '', tag = 'latest'] = parts;
  const official = registry === undefined || registry === DEFAULT_REGISTRY || registry === 'index.docker.io';
  if (!official) return { familiar: `${registry}/${repository}:${tag}`, full: `${registry}/${repository}:${tag}`, tag };
  const short = repository.startsWith('library/') ? repository.slice('library/'.length) : repository;
  const long = short.includes('/') ? short : `library/${short}`;
  return { familiar: `${short}:${tag}`, full: `${DEFAULT_REGISTRY}/${long}:${tag}`, tag };
}
