import { InputError } from '../errors.ts';

/**
 * A rule for Make: a target and the files that it is made from. Each of these is a target too, without a recipe, so that
 * Make does not stop where one has been removed, and makes the target again.
 */
export function rule(target: string, files: readonly string[]): string {
  const [name, ...names] = [target, ...files].map(escaped);
  // In a rule an = would make it the value of a variable.
  const equals = [name, ...names].some((text) => text?.includes('$(layertool.equals)'));
  return [
    ...(equals ? ['layertool.equals := ='] : []),
    [`${name}:`, ...names].join(' \\\n  '),
    ...names.map((text) => `${text}:`),
    '',
  ].join('\n');
}

/** A name as GNU Make reads it (GNU make manual, "What Makefiles Look Like" and "Using Wildcard Characters"). */
function escaped(name: string): string {
  if (/[\n;]/.test(name)) throw new InputError(name, 'has a name that cannot stand in a Makefile');
  return name
    .replace(/(\\*)([ \t#:|*?[\]])/g, (_, slashes: string, special: string) => `${slashes}${slashes}\\${special}`)
    .replaceAll('$', '$$$$')
    .replaceAll('=', '$(layertool.equals)');
}
