import { FormatError } from '../errors.ts';
import { allowsPython } from '../python/requires-python.ts';
import type { Environment } from './environment.ts';

/** Checks a Requires-Python of a whole lock or of a project in it; that the target is another Python is a FormatError. */
export function checkPython(specifier: string | undefined, { name, versions }: Environment): void {
  if (specifier === undefined) return;
  const allowed = versions.some((fullVersion) => allowsPython(specifier, { version: undefined, fullVersion }));
  if (!allowed) throw new FormatError(`is for Python ${specifier}, and ${name} is another`);
}
