import type { Json, JsonObject } from '../image/json.ts';
import { type Bill, contentId, type Item, jsonText, timeText } from './bill.ts';
import type { License } from './license.ts';
import type { Origin } from './package.ts';

const SUBJECT = 'subject';

/** A bill of materials as CycloneDX 1.6, in pieces of text. */
export function cyclonedxText({ subject, items, created, tool }: Bill): Generator<string> {
  const components = function* (): Generator<Json> {
    for (const item of items) yield componentOf(item);
  };
  const dependencies = function* (): Generator<Json> {
    yield { ref: SUBJECT, dependsOn: items.map(({ purl }) => purl) };
    for (const { purl, inside } of items) if (inside.length > 0) yield { ref: purl, provides: [...inside] };
  };
  const { kind, chainId, platform } = subject;
  const metadata = {
    timestamp: timeText(created),
    tools: { components: [{ type: 'application', name: 'layertool', version: tool }] },
    component: {
      'bom-ref': SUBJECT,
      type: kind === 'image' ? 'container' : 'file',
      name: chainId,
      description: platform === undefined ? 'a layer of a container image' : `a container image for ${platform}`,
    },
  };
  const id = contentId([metadata, ...components(), ...dependencies()]);
  return jsonText({
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuid(id)}`,
    version: 1,
    metadata,
    components,
    dependencies,
  });
}

function componentOf(item: Item): JsonObject {
  const { purl, name, version, license, author, origin, source, isProgram, layer, paths } = item;
  const properties = [
    { name: 'layertool:layer', value: layer.diffId },
    { name: 'layertool:layer:number', value: String(layer.number) },
    ...(source === undefined ? [] : [{ name: 'layertool:source', value: source }]),
    ...(origin === undefined ? [] : [{ name: 'layertool:url', value: origin.url }]),
    ...(origin?.commit === undefined ? [] : [{ name: 'layertool:commit', value: origin.commit.id }]),
  ];
  const references = origin === undefined ? [] : referencesTo(origin);
  return {
    'bom-ref': purl,
    type: isProgram ? 'application' : 'library',
    ...(author !== undefined && { authors: [{ name: author }] }),
    name,
    ...(version !== '' && { version }),
    ...(license !== undefined && { licenses: [licenseChoice(license)] }),
    purl,
    ...(references.length > 0 && { externalReferences: references }),
    evidence: { occurrences: paths.map((location) => ({ location })) },
    properties,
  };
}

/** An identifier alone is told as such; an expression stands by itself. */
function licenseChoice(license: License): JsonObject {
  if (license.kind === 'text') return { license: { name: license.text } };
  return license.isId ? { license: { id: license.text } } : { expression: license.text };
}

function referencesTo({ url, commit }: Origin): JsonObject[] {
  // An address with other characters is none; the property has it all the same.
  if (!/^[a-z][a-z0-9+.-]*:[!$&-;=?-Z_a-z~%]+$/i.test(url)) return [];
  if (commit === undefined) return [{ type: 'distribution', url }];
  return [{ type: 'vcs', url, comment: `commit ${commit.id}` }];
}

/** RFC 9562, version 8: bits of one's own, here those of a digest. */
function uuid(id: string): string {
  const variant = '89ab'[Number.parseInt(id[16]!, 16) & 3]!;
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-8${id.slice(13, 16)}-${variant}${id.slice(17, 20)}-${id.slice(20, 32)}`;
}
