import { dirname } from 'node:path';
import { LOCK_LIMIT } from '../bytes/limits.ts';
import { gather } from '../entries/body.ts';
import { UsageError } from '../errors.ts';
import { cacheFolder } from '../fetch/cache.ts';
import { type Fetcher, fetcher } from '../fetch/fetch.ts';
import type { Watch } from '../http/progress.ts';
import type { Input } from '../inputs/input.ts';
import { choose } from '../lock/choose.ts';
import { environmentOf } from '../lock/environment.ts';
import { pick } from '../lock/pick.ts';
import { pipWheels } from '../lock/pip-wheels.ts';
import { selectFrom } from '../lock/select.ts';
import { type LockedWheels, lockedWheels } from '../lock/wheels.ts';
import type { DownloadedWheels } from '../python/pip.ts';
import type { Target } from '../python/target.ts';
import type { Flags } from './flag.ts';

/** The flags of layertool wheel that are about a lock. */
export const lockFlags = {
  lock: {
    type: 'string',
    value: 'FILE',
    help: 'install what a pylock.toml, a uv.lock or requirements with hashes say',
  },
  extra: { type: 'string', value: 'NAME', many: true, help: 'and an extra of the project that the lock is for' },
  group: { type: 'string', value: 'NAME', many: true, help: 'and a dependency group of it' },
  only: { type: 'string', value: 'GLOB', many: true, help: 'of the lock only the projects with such names' },
  except: { type: 'string', value: 'GLOB', many: true, help: 'of the lock not the projects with such names' },
  noCache: { type: 'boolean', help: 'neither look for wheels of the lock in the cache, nor keep them there' },
} as const satisfies Flags;

interface LockValues {
  readonly lock: string | undefined;
  readonly extra: readonly string[];
  readonly group: readonly string[];
  readonly only: readonly string[];
  readonly except: readonly string[];
  readonly noCache: boolean;
}

/** Checks that the flags that need a lock have one. */
export function checkLockFlags(values: LockValues): void {
  if (values.lock !== undefined) return;
  for (const flag of ['extra', 'group', 'only', 'except'] as const) {
    if (values[flag].length > 0) throw new UsageError(`--${flag} goes with --lock FILE`);
  }
  if (values.noCache) throw new UsageError('--no-cache goes with --lock FILE');
}

/** A lock that was read, and what of it is installed. */
export interface OpenedLock {
  readonly locked: LockedWheels;
  /** Whether some of it is brought by pip, which needs a directory. */
  readonly needsPip: boolean;
  byPip(directory: string, report: ((text: string) => void) | undefined): Promise<DownloadedWheels>;
  close(): Promise<void>;
}

/**
 * Reads a lock, and chooses what of it is installed. What cannot be is an InputError that names the project.
 *
 * @param target of which all is known that decides about wheels
 * @param say tells a person what they ought to know
 */
export async function openLock(
  input: Input,
  target: Target,
  values: LockValues,
  { watch, say }: { readonly watch: Watch; say(text: string): void },
): Promise<OpenedLock> {
  const { name } = input;
  const bytes = await gather(input.bytes(), LOCK_LIMIT, name);
  const environment = environmentOf(target);
  const selection = selectFrom(bytes, name, { environment, extras: values.extra, groups: values.group });
  const { projects, unmatched } = pick(selection.projects, values);
  for (const note of selection.notes) say(`${name}: ${note}`);
  for (const root of selection.roots)
    say(`${name}: ${root} itself is left out; a wheel of it, or layertool dir, adds it`);
  for (const glob of unmatched) say(`${name}: no project is named ${glob}`);
  const { files, byPip } = choose(projects, target, environment, name);
  const bring: Fetcher = fetcher({ cache: values.noCache ? undefined : cacheFolder(), watch });
  const folder = input.files.size > 0 ? dirname(name) : '.';
  const locked = lockedWheels(files, { name, folder }, bring);
  return {
    locked,
    needsPip: byPip.length > 0,
    byPip: (directory, report) => pipWheels(byPip, target, { name, options: selection.pipOptions, directory, report }),
    async close() {
      await locked.close();
      await bring.close();
    },
  };
}
