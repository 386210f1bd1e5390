import { isObject, type Json, type JsonObject, sortedJson } from './json.ts';
import { variables } from './variables.ts';

/*
 * The config of an image on another base: merged three ways, field by field, from the old base's, the image's and the new
 * base's (OCI image specification, config.md).
 */

/** Three configs; without the old base's, what the image and the new base have otherwise cannot be told apart. */
export interface Three<T> {
  readonly old: T | undefined;
  readonly own: T;
  readonly base: T;
}

/** Tells a person of a choice that was not plain. */
export type Tell = (text: string) => void;

/** Fields that are about the layers, or that must be the same: they are the new base's. */
const apart = new Set(['rootfs', 'history', 'os', 'architecture', 'variant']);

/**
 * The config, with the layers and the history of the new base. Its keys stand as the new base has them, so that the result has
 * the id of the image that is built there.
 */
export function mergeConfigs({ old, own, base }: Three<JsonObject>, tell: Tell): JsonObject {
  const merged: JsonObject = {};
  // The time is the image's own.
  if (own['created'] !== undefined) merged['created'] = own['created'];
  for (const key of new Set([...Object.keys(base), ...Object.keys(own)])) {
    if (key === 'created') continue;
    const value = apart.has(key)
      ? base[key]
      : key === 'config'
        ? mergeInner({ old: old && objectOf(old[key]), own: objectOf(own[key]), base: objectOf(base[key]) }, tell)
        : mergeValue({ old: old && known(old[key]), own: own[key], base: base[key] }, key, tell);
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

/** Annotations, or other texts by their keys. */
export function mergeKeys({ old, own, base }: Three<JsonObject>, prefix: string, tell: Tell): JsonObject {
  const merged: JsonObject = {};
  for (const key of new Set([...Object.keys(base), ...Object.keys(own)])) {
    const value = mergeValue({ old: old && known(old[key]), own: own[key], base: base[key] }, prefix + key, tell);
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

/** The part that says how to run the image. */
function mergeInner({ old, own, base }: Three<JsonObject>, tell: Tell): JsonObject {
  const merged: JsonObject = {};
  for (const key of new Set([...Object.keys(base), ...Object.keys(own)])) {
    const three = { old: old && known(old[key]), own: own[key], base: base[key] };
    const value = isKeyed(key) ? mergeKeyed(three, key, tell) : mergeValue(three, key, tell);
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

const isKeyed = (key: string): boolean => ['Env', 'Labels', 'ExposedPorts', 'Volumes'].includes(key);

/** What is merged one by one: variables, labels, ports and volumes. */
function mergeKeyed({ old, own, base }: Three<Json | undefined>, key: string, tell: Tell): Json | undefined {
  const keyed = key === 'Env' ? variables : objectOf;
  const three = { old: old === undefined ? undefined : keyed(old), own: keyed(own), base: keyed(base) };
  const merged = mergeKeys(three, `${key} `, tell);
  // One that is empty in the new base stays so.
  if (Object.keys(merged).length === 0) return Object.keys(keyed(base)).length === 0 ? base : undefined;
  return key === 'Env' ? Object.entries(merged).map(([name, value]) => `${name}=${String(value)}`) : merged;
}

/** @param key what a person calls it */
function mergeValue({ old, own, base }: Three<Json | undefined>, key: string, tell: Tell): Json | undefined {
  // The same may be written in two ways: by null, or with its keys in another order.
  if (isSame(own, base)) return base === undefined ? own : base;
  if (old === undefined) {
    if (own !== undefined && own !== null) {
      if (base !== undefined && base !== null) tell(`${key}: ${text(own)} of the image stays, not ${text(base)}`);
      return own;
    }
    tell(`${key}: ${text(base)} comes from the new base`);
    return base;
  }
  const before = old === nothing ? undefined : old;
  if (isSame(own, before)) return base;
  if (isSame(base, before)) return own;
  const name = /^Env (.*PATH)$/.exec(key)?.[1];
  if (name !== undefined && [before, own, base].every((value) => typeof value === 'string')) {
    const list = mergeList(String(before).split(':'), String(own).split(':'), String(base).split(':')).join(':');
    tell(`${key}: both changed it, and it is ${list} now`);
    return list;
  }
  const gone = own === undefined || own === null;
  const kept = gone ? 'the image does without it' : `${text(own)} of the image stays`;
  tell(`${key}: ${kept}, not ${text(base)} of the new base; the old base has ${text(before)}`);
  return own;
}

/** A list of folders: the new base's, without what the image took out, and what it added where it did. */
function mergeList(old: readonly string[], own: readonly string[], base: readonly string[]): string[] {
  const first = own.findIndex((item) => old.includes(item));
  const isAdded = (item: string): boolean => !old.includes(item) && !base.includes(item);
  const before = own.slice(0, Math.max(0, first)).filter(isAdded);
  const behind = own.slice(Math.max(0, first)).filter(isAdded);
  return [...before, ...base.filter((item) => own.includes(item) || !old.includes(item)), ...behind];
}

/** That an old base is known to have nothing, which is another thing than an unknown old base. */
const nothing: Json = null;

function known(value: Json | undefined): Json {
  return value ?? nothing;
}

function isSame(one: Json | undefined, two: Json | undefined): boolean {
  return text(one) === text(two);
}

/** The order of keys means nothing, and neither does whether nothing is written as null. */
function text(value: Json | undefined): string {
  return value === undefined || value === null ? 'nothing' : JSON.stringify(sortedJson(value));
}

function objectOf(json: Json | undefined): JsonObject {
  return isObject(json) ? json : {};
}
