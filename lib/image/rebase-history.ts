import { isObject, type Json, type JsonObject } from './json.ts';

/**
 * The history of an image on another base: the new base's, and what the image's says of its own layers and settings.
 *
 * @param count the layers of the old base
 * @param old the old base's history, where it is known; else what the new base's begins with
 */
export function rebasedHistory(own: Json | undefined, old: Json | undefined, base: Json | undefined, count: number) {
  const [entries, before, after] = [listOf(own), listOf(old), listOf(base)];
  let at = 0;
  for (let layers = 0; at < entries.length && layers < count; at++) if (!isEmpty(entries[at])) layers++;
  // Settings of the old base stand behind its last layer.
  while (at < before.length && isEmpty(entries[at]) && isSame(entries[at], before[at])) at++;
  return [...after, ...entries.slice(at)];
}

/** The entry of a history that made a layer, by the number of that from 1. */
export function madeLayer(history: Json | undefined, number: number): JsonObject | undefined {
  return listOf(history).filter((entry) => !isEmpty(entry))[number - 1];
}

function isEmpty(entry: JsonObject | undefined): boolean {
  return entry?.['empty_layer'] === true;
}

function isSame(one: JsonObject | undefined, two: JsonObject | undefined): boolean {
  return one !== undefined && two !== undefined && one['created_by'] === two['created_by'];
}

function listOf(history: Json | undefined): JsonObject[] {
  return Array.isArray(history) ? history.filter(isObject) : [];
}
