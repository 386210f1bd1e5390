import { components, fromText } from '../entries/names.ts';
import { UsageError } from '../errors.ts';
import { type Platform, parsePlatform } from '../image/platform.ts';
import { type GivenVersion, parseVersion } from '../python/target.ts';
import type { Flag } from './flag.ts';

/*
 * Flags that several commands have, and what their values mean.
 */

export const platformFlag = {
  type: 'string',
  value: 'OS/ARCH',
  default: 'linux/amd64',
  help: 'pick from an image for several platforms',
} as const satisfies Flag;

export const formatFlag = {
  type: 'string',
  value: 'FORMAT',
  choices: ['docker', 'oci'],
  default: 'docker',
  help: 'the kind of archive; docker is an OCI archive too',
} as const satisfies Flag;

/** Of every command that reads files. */
export const depfileFlag = {
  type: 'string',
  value: 'FILE',
  help: 'write a rule for Make there: what the file of -o is made from',
} as const satisfies Flag;

export const insecureFlag = {
  type: 'boolean',
  help: 'take plain http, and any certificate',
} as const satisfies Flag;

export const pythonFlags = {
  python: { type: 'string', value: 'X.Y', help: 'the Python X.Y, where the image has several' },
  venv: { type: 'string', value: 'PATH', help: 'the virtual environment at PATH in the image' },
} as const satisfies Record<string, Flag>;

export const prefixFlag = {
  type: 'string',
  value: 'PATH',
  default: '/',
  help: 'where in the image it goes',
} as const satisfies Flag;

/** The value of --platform; what is none is a UsageError. */
export function readPlatform(text: string | undefined): Platform | undefined {
  return text === undefined ? undefined : parsePlatform(text);
}

/** The value of --python; what is no version is a UsageError. */
export function readVersion(text: string | undefined): GivenVersion | undefined {
  return text === undefined ? undefined : parseVersion(text);
}

/** The value of --prefix, a path in an image, as a layer names it. */
export function readPrefix(text: string): string {
  const parts = components(fromText(text));
  if (parts === undefined) throw new UsageError(`--prefix leads out of the image: ${text}`);
  return parts.join('/');
}

/** The value of --mode: permission bits in octal. */
export function readMode(text: string): number {
  if (!/^0*[0-7]{1,4}$/.test(text))
    throw new UsageError(`--mode takes octal digits, as 0755, not ${JSON.stringify(text)}`);
  return Number.parseInt(text, 8);
}

/** The value of --chown. As in a Dockerfile's COPY --chown, a user alone stands for a group of the same number. */
export function readOwner(text: string): { uid: number; gid: number } {
  const [, uid, gid = uid] = /^([0-9]{1,10})(?::([0-9]{1,10}))?$/.exec(text) ?? [];
  const numbers = { uid: Number(uid), gid: Number(gid) };
  // The largest number stands for nobody at all (chown(2)).
  if (uid === undefined || Math.max(numbers.uid, numbers.gid) >= 2 ** 32 - 1) {
    throw new UsageError(`--chown takes UID or UID:GID, in numbers, not ${JSON.stringify(text)}`);
  }
  return numbers;
}
