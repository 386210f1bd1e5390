import { InputError } from '../errors.ts';
import { verified } from '../fetch/fetch.ts';
import { canonicalName } from '../python/metadata.ts';
import { type DownloadedWheels, downloadLocked } from '../python/pip.ts';
import type { Target } from '../python/target.ts';
import type { PipProject } from './choose.ts';
import { projectText } from './lock.ts';

/** Where and how pip works. */
export interface PipRun {
  /** What the lock is called in errors. */
  readonly name: string;
  /** The lines of the lock that say where to look. */
  readonly options: readonly string[];
  /** For the wheels; it must stay as long as they are open. */
  readonly directory: string;
  /** Is told what pip prints; without it pip is quiet. */
  readonly report: ((text: string) => void) | undefined;
}

/**
 * Has the user's pip bring the wheels of which a lock has hashes and no addresses. It checks them, and so is checked here:
 * one that is missing or another is an InputError.
 */
export async function pipWheels(
  projects: readonly PipProject[],
  target: Target,
  run: PipRun,
): Promise<DownloadedWheels> {
  if (projects.length === 0) return { wheels: [], close: () => Promise.resolve() };
  const lines = [...run.options, ...projects.map(({ requirement }) => requirement)];
  const downloaded = await downloadLocked(lines, run.name, target, run.directory, run.report);
  try {
    for (const { project, hashes } of projects) {
      const wheel = downloaded.wheels.find((one) => canonicalName(one.project) === project.name);
      if (!wheel) throw new InputError(run.name, `${projectText(project)}: pip did not bring it`);
      await verified(wheel.archive, { size: undefined, hashes });
    }
    if (downloaded.wheels.length !== projects.length)
      throw new InputError(run.name, 'pip brought more than it was asked for');
    return downloaded;
  } catch (error) {
    await downloaded.close();
    throw error;
  }
}
