import type { Random } from '../../peers/random.ts';
import { mutateBytes } from './bytes.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const values: readonly Json[] = [
  ...[null, true, false, 0, -1, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, '', 'x', '..', '/', 'sha256:', '__proto__'],
  ...[
    [],
    {},
    [null],
    [[]],
    { a: null },
    'sha256:'.padEnd(71, '0'),
    `sha512:${'0'.repeat(128)}`,
    'a\nb',
    '\u001b[2J',
    '\ud800',
  ],
  ...['linux', 'windows', 'arm64', 'application/vnd.oci.image.index.v1+json', 'application/octet-stream'],
];

const keys = [
  '__proto__',
  'constructor',
  'toString',
  '0',
  '',
  'mediaType',
  'size',
  'digest',
  'platform',
  'manifests',
  'layers',
];

const words = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\u0000',
  '1e999',
  '-',
  '[[[[[[[[',
  '"a":1,',
  '\xff',
  '\xef\xbb\xbf',
  'null',
];

/** Breaks a JSON document in one place: a value, a key, or bytes. */
export function mutateJson(bytes: Buffer, dice: Random, other: Buffer): Buffer {
  if (dice.chance(0.3)) return mutateBytes(bytes, dice, other, words);
  const json = parsed(bytes);
  const foreign = parsed(other);
  if (json === undefined) return mutateBytes(bytes, dice, other, words);
  const spots = spotsIn({ json });
  const spot = dice.some(spots)!;
  const value = dice.pick([
    dice.some(values)!,
    dice.some(spotsIn({ json: foreign ?? null }))?.value ?? null,
    nested(dice.pick([1, 10, 3000])),
  ]);
  const text = JSON.stringify(changed(json, spot, value, dice));
  // A key that stands twice is nothing that an object can have.
  return Buffer.from(dice.chance(0.05) ? text.replace(/"(\w+)":/, (key, name: string) => `${key}0,"${name}":`) : text);
}

interface Spot {
  readonly path: readonly (string | number)[];
  readonly value: Json;
}

/** Every value in a document, and the way to it. */
function spotsIn({ json }: { json: Json }): Spot[] {
  const spots: Spot[] = [{ path: [], value: json }];
  for (const { path, value } of spots) {
    if (typeof value !== 'object' || value === null) continue;
    const inner: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    if (path.length < 20) for (const [key, child] of inner) spots.push({ path: [...path, key], value: child });
  }
  return spots;
}

function changed(json: Json, { path }: Spot, value: Json, dice: Random): Json {
  const [key, ...rest] = path;
  if (key === undefined) return dice.chance(0.1) && Array.isArray(json) ? [...json, ...json] : value;
  const inner = (child: Json): Json => changed(child, { path: rest, value: child }, value, dice);
  if (Array.isArray(json)) {
    if (rest.length > 0 || dice.chance(0.6)) return json.map((child, at) => (at === key ? inner(child) : child));
    return dice.chance(0.5) ? json.filter((_, at) => at !== key) : [...json, json[Number(key)]!];
  }
  if (typeof json !== 'object' || json === null) return value;
  const entries = Object.entries(json);
  if (rest.length > 0 || dice.chance(0.6))
    return fromEntries(entries.map(([name, child]) => [name, name === key ? inner(child) : child]));
  if (dice.chance(0.5)) return fromEntries(entries.filter(([name]) => name !== key));
  return fromEntries([...entries, [dice.some(keys)!, value]]);
}

/** An object whose `__proto__` is a key like any other. */
function fromEntries(entries: readonly (readonly [string, Json])[]): Json {
  return Object.fromEntries(entries);
}

function nested(depth: number): Json {
  let json: Json = [];
  for (let level = 0; level < depth; level++) json = [json];
  return json;
}

function parsed(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
