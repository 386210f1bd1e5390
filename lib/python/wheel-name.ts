import { TAG_LIMIT } from '../bytes/limits.ts';
import { FormatError } from '../errors.ts';
import { readTags, type Tag } from './tags.ts';

/** What the name of a wheel's file says (packaging.python.org, "File name convention"). */
export interface WheelName {
  readonly project: string;
  readonly version: string;
  /** Its build tag, `2` or `1post0`: what decides between two wheels that are alike otherwise. */
  readonly build: string | undefined;
  readonly tags: readonly Tag[];
}

/** Reads the name of a wheel's file; what is none is a FormatError. */
export function readFileName(name: string): WheelName {
  const parts = /^([^\s-]+)-([^\s-]+)(?:-([0-9][^\s-]*))?-([^\s-]+-[^\s-]+-[^\s-]+)\.whl$/.exec(name);
  if (!parts) throw new FormatError('is not named as a wheel is: PROJECT-VERSION-PYTHON-ABI-PLATFORM.whl');
  const [, project = '', version = '', build, tag = ''] = parts;
  const count = tag.split('-').reduce((product, part) => product * part.split('.').length, 1);
  if (count > TAG_LIMIT) throw new FormatError(`has a name that stands for more than ${TAG_LIMIT} tags`);
  return { project, version, build, tags: readTags([tag]) };
}
