import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '../errors.ts';
import { closeInputs, openInputs } from '../inputs/input.ts';
import { download } from './requirement.ts';
import type { Target } from './target.ts';
import { openWheel, type Wheel } from './wheel.ts';

export interface Brought {
  readonly wheels: readonly Wheel[];
  close(): Promise<void>;
}

/** Opens the wheels of requirements, which pip puts into a directory that must stay as long as they are open. */
export async function bring(
  requirements: readonly string[],
  target: Target,
  directory: string,
  quiet: boolean,
): Promise<Brought> {
  if (requirements.length === 0) return { wheels: [], close: () => Promise.resolve() };
  const { version } = target;
  if (version === undefined) {
    throw new InputError(target.name, 'does not tell the version of its Python', 'add Version: "3.11" or the like');
  }
  const place = join(directory, 'wheels');
  await mkdir(place);
  const inputs = await openInputs(await download(requirements, { ...target, version }, place, quiet));
  try {
    const wheels: Wheel[] = [];
    for (const input of inputs) {
      if (input.place) wheels.push(await openWheel({ ...input.place, name: basename(input.name) }, true));
    }
    return { wheels, close: () => closeInputs(inputs) };
  } catch (error) {
    await closeInputs(inputs);
    throw error;
  }
}
