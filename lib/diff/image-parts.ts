import { digestOf } from '../bytes/digest.ts';
import type { OpenedImage } from '../image/image.ts';
import { isObject, type Json, type JsonObject, sortedJson } from '../image/json.ts';
import { platformText } from '../image/platform.ts';
import { variables } from '../image/variables.ts';
import type { Change, FieldChange, Kind } from './change.ts';

/** What differs between two images besides their layers. */
export function* compareParts({ image: one }: OpenedImage, { image: two }: OpenedImage): Generator<Change> {
  yield* part('platform', [...field('platform', '', platformText(one.platform), platformText(two.platform))]);
  yield* part('config', [...configChanges(one.config, two.config)]);
  yield* historyChanges(listOf(one.config['history']), listOf(two.config['history']));
  yield* part('annotations', [...keyed('annotations', '', one.annotations, two.annotations)]);
}

/** What differs between images of which all that can be told apart is the same: how they are written down. */
export function* compareBytes(before: OpenedImage, after: OpenedImage): Generator<Change> {
  const [one, two] = [digestOf(before.image.configBytes), digestOf(after.image.configBytes)];
  yield* part('config', [...field('format', 'format', one, two)]);
  if (before.digest === undefined || after.digest === undefined) return;
  if (one === two) yield* part('manifest', [...field('format', 'format', before.digest, after.digest)]);
}

function* part(name: string, fields: readonly FieldChange[]): Generator<Change> {
  if (fields.length > 0) yield { sign: '~', about: 'image', name, fields };
}

function* configChanges(one: JsonObject, two: JsonObject): Generator<FieldChange> {
  // Of these something else tells.
  const told = new Set(['rootfs', 'history', 'os', 'architecture', 'variant', 'config', 'created']);
  const rest = (config: JsonObject): JsonObject => {
    return Object.fromEntries(Object.entries(config).filter(([key]) => !told.has(key)));
  };
  yield* field('mtime', 'created', one['created'], two['created']);
  yield* keyed('config', '', rest(one), rest(two));
  const [inner, other] = [objectOf(one['config']), objectOf(two['config'])];
  for (const key of keysOf(inner, other)) {
    const [from, to] = [inner[key], other[key]];
    if (key === 'Env') yield* keyed('config', 'Env ', variables(from), variables(to));
    else if (isObject(from) && isObject(to)) yield* keyed('config', `${key} `, from, to);
    else yield* field('config', key, from, to);
  }
}

function* historyChanges(one: readonly Json[], two: readonly Json[]): Generator<Change> {
  for (let at = 0; at < Math.max(one.length, two.length); at++) {
    const [from, to] = [one[at], two[at]];
    const name = `history ${at + 1}`;
    if (from !== undefined && to !== undefined) {
      const [{ created: then, ...before }, { created: now, ...after }] = [objectOf(from), objectOf(to)];
      yield* part(name, [...field('mtime', 'created', then, now), ...keyed('history', '', before, after)]);
    } else {
      const fields = [...field('history', 'created_by', objectOf(from)['created_by'], objectOf(to)['created_by'])];
      yield { sign: from === undefined ? '+' : '-', about: 'image', name, fields };
    }
  }
}

/** Two sets of values, key by key. */
function* keyed(kind: Kind, prefix: string, one: JsonObject, two: JsonObject): Generator<FieldChange> {
  for (const key of keysOf(one, two)) yield* field(kind, prefix + key, one[key], two[key]);
}

function* field(kind: Kind, name: string, from: Json | undefined, to: Json | undefined): Generator<FieldChange> {
  // Nothing and null are one: docker writes the one, and others the other.
  const [one, two] = [from ?? undefined, to ?? undefined].map((value) => value && sortedJson(value));
  const [before, after] = [textOf(one), textOf(two)];
  if (before !== after) yield { kind, field: name, from: before, to: after };
}

function textOf(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' && /^[\w.:/+-]+$/.test(value) ? value : JSON.stringify(value);
}

function keysOf(one: JsonObject, two: JsonObject): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(two)])];
}

function objectOf(json: Json | undefined): JsonObject {
  return isObject(json) ? json : {};
}

function listOf(json: Json | undefined): Json[] {
  return Array.isArray(json) ? json : [];
}
