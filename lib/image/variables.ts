import type { Json, JsonObject } from './json.ts';

/** The environment of a config, a list of NAME=VALUE, by name; of a name that comes again the last value counts. */
export function variables(list: Json | undefined): JsonObject {
  const pairs = (Array.isArray(list) ? list : []).map((item): [string, string] => {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(String(item)) ?? [];
    return [name, value];
  });
  return Object.fromEntries(pairs);
}
