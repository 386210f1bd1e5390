import { createHash } from 'node:crypto';
import { type Digest, digestOf, hex } from '../bytes/digest.ts';
import { compare, toText } from '../entries/names.ts';
import type { Json } from '../image/json.ts';
import type { Catalog } from './catalog.ts';
import { type License, licenseOf } from './license.ts';
import type { Origin } from './package.ts';
import { type Purl, purlText } from './purl.ts';
import { aside } from './text.ts';

/** What a bill of materials is about. */
export interface Subject {
  readonly kind: 'image' | 'layer';
  /** Its layers together (OCI image specification, config.md, "Layer ChainID"); a layer's is its diff_id. */
  readonly chainId: Digest;
  /** As `--platform` takes it; a layer is for none. */
  readonly platform: string | undefined;
}

/** What a bill of materials says of one package, in either format. */
export interface Item {
  readonly purl: string;
  readonly name: string;
  readonly version: string;
  readonly license: License | undefined;
  readonly author: string | undefined;
  readonly origin: Origin | undefined;
  readonly source: string | undefined;
  readonly isProgram: boolean;
  /** The diff_id of the layer that brought it, and its number, from 1. */
  readonly layer: { readonly diffId: Digest; readonly number: number };
  /** The files that tell of it, absolute. */
  readonly paths: readonly string[];
  /** The package URLs of what it has inside. */
  readonly inside: readonly string[];
}

/** A bill of materials, as far as the formats agree. */
export interface Bill {
  readonly subject: Subject;
  /** In the order of their package URLs, each of which is there once. */
  readonly items: readonly Item[];
  /** Seconds since 1970. */
  readonly created: number;
  /** The version of layertool. */
  readonly tool: string;
}

/** The digest of layers in their order. */
export function chainIdOf(diffIds: readonly Digest[]): Digest {
  return (
    diffIds.reduce<Digest | undefined>(
      (below, diffId) => (below === undefined ? diffId : digestOf(Buffer.from(`${below} ${diffId}`))),
      undefined,
    ) ?? digestOf(Buffer.alloc(0))
  );
}

/** Of everything in a catalog, what the formats say. */
export function itemsOf({ packages, release, layers }: Catalog): Item[] {
  const { id, version } = release;
  const distro = id === undefined ? undefined : [id, ...(version === undefined ? [] : [version])].join('-');
  const purlOf = (purl: Purl, given: string | undefined): string => {
    if (given !== undefined) return given;
    if (purl.type !== 'deb' && purl.type !== 'apk') return purlText(purl);
    const namespace = id ?? (purl.type === 'deb' ? 'debian' : 'alpine');
    return purlText({ ...purl, namespace, qualifiers: { ...purl.qualifiers, distro } });
  };
  const purls = new Map([...packages].map(([key, found]) => [key, purlOf(found.package.purl, found.package.given)]));
  const items = new Map<string, Item>();
  for (const [key, { package: told, layer, paths, inside }] of packages) {
    const purl = purls.get(key)!;
    // Another's package URL may be the very one that is made here.
    if (items.has(purl)) continue;
    items.set(purl, {
      purl,
      name: told.name,
      version: told.version,
      license: licenseOf(told.license),
      author: personOf(told.author),
      origin: told.origin,
      source: aside(told.source),
      isProgram: told.isProgram === true,
      layer: { diffId: layers[layer - 1]!, number: layer },
      paths: paths.map((path) => `/${toText(path)}`),
      inside: [...inside].map((other) => purls.get(other)!).sort(compare),
    });
  }
  return [...items.values()].sort((a, b) => compare(a.purl, b.purl));
}

/** `Name <address> (page)`: the name, or else the address. */
function personOf(author: string | undefined): string | undefined {
  const text = aside(author);
  if (text === undefined) return undefined;
  const [, quoted = ''] = /^([^<(]*)/.exec(text) ?? [];
  const name = quoted.replaceAll('"', '').trim();
  return name === '' ? aside(text.replace(/[<>()"]/g, ' ')) : name;
}

/** A time as both formats write it (RFC 3339). */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** A short name for something, made of what it is. */
export function shortId(text: string): string {
  return hex(digestOf(Buffer.from(text))).slice(0, 16);
}

/** An identifier for all that a document says: 32 hexadecimal digits. */
export function contentId(parts: Iterable<Json>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${JSON.stringify(part)}\n`);
  return hash.digest('hex').slice(0, 32);
}

/** JSON that has no control characters but its own line feeds, in pieces. */
export function* jsonText(document: Readonly<Record<string, Json | (() => Iterable<Json>)>>): Generator<string> {
  let before = '{\n';
  for (const [key, value] of Object.entries(document)) {
    yield `${before}  ${JSON.stringify(key)}: `;
    before = ',\n';
    if (typeof value !== 'function') {
      yield indented(value, 2);
      continue;
    }
    let start = '[\n';
    for (const item of value()) {
      yield `${start}    ${indented(item, 4)}`;
      start = ',\n';
    }
    yield start === '[\n' ? '[]' : '\n  ]';
  }
  yield '\n}\n';
}

function indented(value: Json, by: number): string {
  const text = JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${' '.repeat(by)}`);
  // JSON lets these through.
  return text.replace(/[\x7f-\x9f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
