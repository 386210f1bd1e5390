import { canonicalName } from '../python/metadata.ts';
import type { LockedProject } from './lock.ts';

/** Which projects of a lock are wanted, by patterns of their normalized names. */
export interface Picking {
  /** None of them stands for all. */
  readonly only: readonly string[];
  readonly except: readonly string[];
}

export interface Picked {
  readonly projects: readonly LockedProject[];
  /** The patterns that no project has. */
  readonly unmatched: readonly string[];
}

/** Takes the projects that are wanted. */
export function pick(projects: readonly LockedProject[], { only, except }: Picking): Picked {
  const patterns = new Map([...only, ...except].map((glob) => [glob, patternOf(glob)]));
  const matches = (globs: readonly string[], name: string): boolean =>
    globs.some((glob) => patterns.get(glob)?.test(name));
  return {
    projects: projects.filter(({ name }) => (only.length === 0 || matches(only, name)) && !matches(except, name)),
    unmatched: [...patterns].flatMap(([glob, pattern]) =>
      projects.some(({ name }) => pattern.test(name)) ? [] : [glob],
    ),
  };
}

/** `*` stands for any characters, `?` for one, `[ab]` for one of some. */
function patternOf(glob: string): RegExp {
  const parts =
    canonicalName(glob)
      .replace(/\*+/g, '*')
      .match(/\*|\?|\[[^\]]+\]|./gs) ?? [];
  const source = parts.map((part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.length > 1) return `[${part.slice(1, -1).replace(/^!/, '^').replace(/[\\[]/g, '\\$&')}]`;
    return part.replace(/[\\^$.|+()[\]{}]/, '\\$&');
  });
  return new RegExp(`^${source.join('')}$`);
}
