import { JSON_DEPTH, JSON_VALUES } from '../bytes/limits.ts';
import { InputError } from '../errors.ts';

/** JSON as it comes: nothing is known of it until it is looked at. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/**
 * Parses a document. What is not JSON is an InputError.
 *
 * @param input the name of what has the document, for errors
 * @param path the document in it
 */
export function parseJson(bytes: Buffer, input: string, path: string): Json {
  if (valuesIn(bytes) > JSON_VALUES) throw new InputError(input, `${path} is JSON of more than ${JSON_VALUES} values`);
  let parsed: Json;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new InputError(input, `${path} is not JSON`);
  }
  if (isDeep(bytes, parsed)) throw new InputError(input, `${path} is JSON that is more than ${JSON_DEPTH} deep`);
  return parsed;
}

/** Whether values lie deeper in each other than whoever walks through them can follow. */
function isDeep(bytes: Buffer, parsed: Json): boolean {
  // Few documents have enough brackets at all.
  let brackets = 0;
  for (const byte of bytes) if (byte === 0x5b || byte === 0x7b) brackets++;
  if (brackets <= JSON_DEPTH) return false;
  let level: Json[] = [parsed];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > JSON_DEPTH) return true;
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  return false;
}

/** How many values a JSON document may have: as many as there are separators in it. */
function valuesIn(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) count++;
  return count;
}

/** Whether a value is an object, and neither a list nor null. */
export function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** The value of a key, where it is an object; otherwise an empty one. */
export function objectAt(json: Json | undefined, key: string): JsonObject {
  const value = isObject(json) ? json[key] : undefined;
  return isObject(value) ? value : {};
}

/** The text of a key; undefined where there is none. */
export function textAt(json: Json | undefined, key: string): string | undefined {
  const value = isObject(json) ? json[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The strings of a list; undefined where it is not one of strings alone. */
export function textsAt(json: Json | undefined, key: string): string[] | undefined {
  const value = isObject(json) ? json[key] : undefined;
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

/** The same with the keys of every object in order, which means nothing in JSON. */
export function sortedJson(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortedJson);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortedJson(item)]));
}
