import { createReadStream } from 'node:fs';
import { PLATFORM_FILE_LIMIT } from '../bytes/limits.ts';
import { gather } from '../entries/body.ts';
import { InputError, systemFailure } from '../errors.ts';
import { type BytesWanted, type Filesystem, filesystemReading } from '../image/filesystem.ts';
import { objectAt, textsAt } from '../image/json.ts';
import { layerStore } from '../image/layer-store.ts';
import { seekableSource } from '../image/open.ts';
import type { Platform } from '../image/platform.ts';
import { openAndRead } from '../image/read-layers.ts';
import type { Input } from '../inputs/input.ts';
import { bytesWanted, findPython, type PythonChoice } from './find.ts';
import { allowsPython } from './requires-python.ts';
import { compressed, runsOn, versionOf } from './tags.ts';
import { abiText, type GivenVersion, NEWEST, officialTarget, type Target } from './target.ts';
import type { Wheel } from './wheel.ts';

/** How the Python that wheels are installed for is named; nothing leaves it to the wheels. */
export type TargetChoice =
  | { readonly kind: 'image'; readonly platform: Platform | undefined; readonly python: PythonChoice }
  | { readonly kind: 'platform file'; readonly file: string }
  | { readonly kind: 'official image'; readonly version: GivenVersion }
  | { readonly kind: 'wheels' };

/** A Python that was chosen. */
export interface ChosenTarget {
  /** Undefined where that is left to the wheels. */
  readonly target: Target | undefined;
  /** The image that it is in, if it is in one: it can be read until it is closed. */
  readonly root: Filesystem | undefined;
  close(): Promise<void>;
}

/**
 * The Python that was chosen.
 *
 * @param image where the choice is one
 */
export async function chosenTarget(choice: TargetChoice, image: Input | undefined): Promise<ChosenTarget> {
  if (choice.kind === 'image' && image) return openPython(image, choice.platform, choice.python, installedBytes);
  return { target: await withoutImage(choice), root: undefined, close: () => Promise.resolve() };
}

async function withoutImage(choice: TargetChoice): Promise<Target | undefined> {
  if (choice.kind === 'platform file') return readPlatform(choice.file);
  if (choice.kind !== 'official image') return undefined;
  return officialTarget(choice.version, choice.version.fullVersion);
}

/** What finding a Python takes, and what tells of the packages that it has. */
function installedBytes(name: string): number {
  return name === 'RECORD' ? Number.POSITIVE_INFINITY : bytesWanted(name);
}

/** The Python that wheels are made for, if they are made for one, else the newest. */
export function targetFor(wheels: readonly Wheel[]): Target {
  for (const { tags } of wheels) {
    const version = versionOf(tags);
    if (version) return officialTarget(version);
  }
  return officialTarget(NEWEST);
}

/** Throws an InputError where a Python cannot run a wheel. */
export function checkRuns({ tags, input, fileName, requiresPython }: Wheel, target: Target): void {
  const wheel = input.endsWith(fileName) ? '' : `${fileName} `;
  if (!tags.some((tag) => runsOn(tag, target))) {
    const hint = `its tags are ${compressed(tags)}`;
    throw new InputError(input, `${wheel}does not run on ${target.name} (${abiText(target)})`, hint);
  }
  if (requiresPython !== undefined && allowsPython(requiresPython, target) === false) {
    throw new InputError(input, `${wheel}requires Python ${requiresPython}, and ${target.name} is another`);
  }
}

/** The Python of an image, found from its layers without running it. That there is none is an InputError. */
export async function pythonOf(image: Input, platform: Platform | undefined, choice: PythonChoice): Promise<Target> {
  const { target, close } = await openPython(image, platform, choice, bytesWanted);
  await close();
  return target;
}

async function openPython(
  image: Input,
  platform: Platform | undefined,
  choice: PythonChoice,
  wanted: BytesWanted,
): Promise<ChosenTarget & { readonly target: Target }> {
  const store = layerStore();
  const source = await seekableSource(image);
  async function close(): Promise<void> {
    await source.close();
    await store.close();
  }
  try {
    const { opened, told: root } = await openAndRead(source, platform, store, () => filesystemReading(wanted));
    const env = textsAt(objectAt(opened.image.config, 'config'), 'Env') ?? [];
    return { target: await findPython(root, image.name, env, choice), root, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readPlatform(file: string): Promise<Target> {
  const bytes = await gather(createReadStream(file), PLATFORM_FILE_LIMIT, file).catch((error: unknown) => {
    throw systemFailure(file, error);
  });
  // The reader of YAML is not loaded for nothing.
  const { readPlatformFile } = await import('./platform-file.ts');
  return readPlatformFile(bytes.toString('utf8'), file);
}
