import { createReadStream } from 'node:fs';
import { satisfies, validRange } from '@renovatebot/pep440';
import { PLATFORM_FILE_LIMIT } from '../bytes/limits.ts';
import { gather } from '../entries/body.ts';
import { InputError, systemFailure } from '../errors.ts';
import { filesystemOf } from '../image/filesystem.ts';
import { objectAt, textsAt } from '../image/json.ts';
import { layerStore } from '../image/layer-store.ts';
import { openImage, seekableSource } from '../image/open.ts';
import type { Platform } from '../image/platform.ts';
import type { Input } from '../inputs/input.ts';
import { bytesWanted, findPython, type PythonChoice } from './find.ts';
import { runsOn, versionOf } from './tags.ts';
import { abiText, NEWEST, officialTarget, type Target, type Version, versionText } from './target.ts';
import type { Wheel } from './wheel.ts';

/** How the Python that wheels are installed for is named; nothing leaves it to the wheels. */
export type TargetChoice =
  | { readonly kind: 'image'; readonly platform: Platform | undefined; readonly python: PythonChoice }
  | { readonly kind: 'platform file'; readonly file: string }
  | { readonly kind: 'official image'; readonly version: Version }
  | { readonly kind: 'wheels' };

/**
 * The Python that was chosen; undefined where that is left to the wheels.
 *
 * @param image where the choice is one
 */
export async function chosenTarget(choice: TargetChoice, image: Input | undefined): Promise<Target | undefined> {
  if (choice.kind === 'image' && image) return pythonOf(image, choice.platform, choice.python);
  if (choice.kind === 'platform file') return readPlatform(choice.file);
  return choice.kind === 'official image' ? officialTarget(choice.version) : undefined;
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
    throw new InputError(input, `${wheel}does not run on ${target.name} (${abiText(target)})`);
  }
  if (requiresPython !== undefined && target.version && !allows(requiresPython, target.version)) {
    throw new InputError(input, `${wheel}requires Python ${requiresPython}, and ${target.name} is another`);
  }
}

/** Patch levels that are tried: which one a target has is not known. */
const PATCHES = 40;

/** Whether some patch level of a version is allowed (PEP 440); a specifier that is damaged allows all, as for pip. */
function allows(specifier: string, version: Version): boolean {
  const range = specifier
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(',');
  if (range === '' || !validRange(range)) return true;
  return Array.from({ length: PATCHES }, (_, patch) => `${versionText(version)}.${patch}`).some((full) =>
    satisfies(full, range),
  );
}

/** The Python of an image, found from its layers without running it. That there is none is an InputError. */
export async function pythonOf(image: Input, platform: Platform | undefined, choice: PythonChoice): Promise<Target> {
  const store = layerStore();
  const source = await seekableSource(image);
  try {
    const opened = await openImage(source, platform, store);
    const filesystem = await filesystemOf(opened.image.layers, bytesWanted);
    const env = textsAt(objectAt(opened.image.config, 'config'), 'Env') ?? [];
    return await findPython(filesystem, image.name, env, choice);
  } finally {
    await source.close();
    await store.close();
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
