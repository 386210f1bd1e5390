import { drop } from '../entries/body.ts';
import { InputError } from '../errors.ts';
import { filesystemOf } from '../image/filesystem.ts';
import type { Layer } from '../image/image.ts';
import { type JsonObject, objectAt, textsAt } from '../image/json.ts';
import { entriesOfLayer } from '../image/layer-entries.ts';
import { bytesWanted, findPython } from '../python/find.ts';
import { abiText, type Target } from '../python/target.ts';
import type { Named } from './old-base.ts';

/**
 * Throws an InputError where wheels of an image's own layers would come to another Python than the one that they were
 * installed for: of another minor version, or with another C library, or an older one.
 *
 * @param count the layers of the old base
 */
export async function checkPythons(own: Named, onto: Named, count: number): Promise<void> {
  const { layers, config } = own.image;
  if (!(await haveWheels(layers.slice(count)))) return;
  const before = await pythonOf(layers.slice(0, count), config, own.name);
  // What the image brought itself goes along.
  if (before === undefined) return;
  const after = await pythonOf(onto.image.layers, onto.image.config, onto.name);
  const hint = 'install the wheels anew for the new base, or --force it';
  const problem = `has wheels for ${abiText(before)}, and ${onto.name} has `;
  if (after === undefined) throw new InputError(own.name, `${problem}no Python on its PATH`, hint);
  if (!isCompatible(before, after)) throw new InputError(own.name, problem + abiText(after), hint);
}

async function haveWheels(layers: readonly Layer[]): Promise<boolean> {
  let found = false;
  for (const layer of layers) {
    for await (const entry of entriesOfLayer(layer)) {
      found ||= /\.dist-info\/(RECORD|METADATA|WHEEL)$/.test(entry.header.name);
      drop(entry);
    }
  }
  return found;
}

async function pythonOf(layers: readonly Layer[], config: JsonObject, name: string): Promise<Target | undefined> {
  const env = textsAt(objectAt(config, 'config'), 'Env') ?? [];
  const files = await filesystemOf(layers, bytesWanted);
  try {
    return await findPython(files, name, env, { version: undefined, venv: undefined });
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function isCompatible(before: Target, after: Target): boolean {
  const [one, two] = [before.version, after.version];
  if (one?.major !== two?.major || one?.minor !== two?.minor || before.flags !== after.flags) return false;
  if (before.libc?.name !== after.libc?.name) return false;
  const [older, newer] = [before.libc?.version, after.libc?.version];
  if (older === undefined || newer === undefined) return true;
  return newer.major > older.major || (newer.major === older.major && newer.minor >= older.minor);
}
