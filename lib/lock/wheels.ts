import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, systemFailure } from '../errors.ts';
import { type Fetcher, verified } from '../fetch/fetch.ts';
import { closeInputs, type Input, openInputs } from '../inputs/input.ts';
import { openWheel, type Wheel } from '../python/wheel.ts';
import { ahead } from '../streams/ahead.ts';
import type { ChosenFile } from './choose.ts';
import { projectText } from './lock.ts';

/** As many wheels come at once. */
const AT_ONCE = 8;

/** The wheels of a lock. */
export interface LockedWheels {
  /** Brings, checks and opens them, in the order of the lock; one that is another is an InputError. */
  wheels(): AsyncGenerator<Wheel>;
  /** Files that were read and are not inputs. */
  files(): readonly string[];
  close(): Promise<void>;
}

/**
 * The wheels that were chosen from a lock.
 *
 * @param lock what it is called in errors, and where it is: its paths are from there
 */
export function lockedWheels(
  chosen: readonly ChosenFile[],
  lock: { readonly name: string; readonly folder: string },
  fetcher: Fetcher,
): LockedWheels {
  const inputs: Input[] = [];

  async function open(choice: ChosenFile): Promise<Wheel> {
    const { file, isDirect, project, hashes } = choice;
    const name = `${lock.name}: ${file.name}`;
    const path = await pathOf(choice, lock.folder);
    if (path === undefined) {
      const url = file.url ?? '';
      const { place, sha256 } = await fetcher.fetch({ name, title: project.name, url, size: file.size, hashes });
      return openWheel(place, { fileName: file.name, origin: isDirect ? { url } : 'index', sha256 });
    }
    const [input] = await openInputs([path]).catch((error: unknown) => {
      throw error instanceof InputError ? new InputError(name, error.message, error.hint, { cause: error }) : error;
    });
    if (input) inputs.push(input);
    if (input?.place === undefined) throw new InputError(name, `${path} is not a file`);
    const place = { ...input.place, name };
    const sha256 = await verified(place, { size: file.size, hashes });
    return openWheel(place, { fileName: file.name, origin: isDirect ? 'file' : 'index', sha256 });
  }

  return {
    wheels: () => ahead(chosen, AT_ONCE, open),
    files: () => inputs.flatMap((input) => [...input.files]),
    close: () => closeInputs(inputs),
  };
}

/** Where a wheel is on this machine, if the lock says that it is. */
async function pathOf({ project, file }: ChosenFile, folder: string): Promise<string | undefined> {
  const { path, url } = file;
  if (path !== undefined) return isAbsolute(path) ? path : join(folder, path);
  if (url === undefined || !/^file:/i.test(url)) return undefined;
  try {
    return fileURLToPath(url.replace(/#.*$/s, ''));
  } catch (error) {
    throw systemFailure(`${projectText(project)}: ${url}`, error);
  }
}
