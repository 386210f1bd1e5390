import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';

export type Component = {
  name: string;
  version?: string;
  type: string;
  purl: string;
  authors?: { name: string }[];
  licenses?: { license?: { id?: string; name?: string }; expression?: string }[];
  externalReferences?: { type: string; url: string; comment?: string }[];
  evidence: { occurrences: { location: string }[] };
  properties: { name: string; value: string }[];
};

/** A CycloneDX document, held against the schema of the specification. */
export function components(bytes: Buffer): Component[] {
  const document: { components: Component[] } = JSON.parse(bytes.toString());
  const isValid: boolean = isCycloneDx(document);
  assert.ok(isValid, JSON.stringify(isCycloneDx.errors?.slice(0, 3)));
  assertPlain(bytes);
  return document.components;
}

const isCycloneDx = schema();

function schema() {
  const library = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
  const read = (name: string) => JSON.parse(readFileSync(join(dirname(library), 'res/schema', name), 'utf8'));
  // Some of the formats (iri-reference) are none of ajv's.
  const ajv = new Ajv({ strict: false, validateFormats: true, logger: false });
  formats.default(ajv);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    const own = read(`${name}.SNAPSHOT.schema.json`);
    ajv.addSchema(own, `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  return ajv.compile(read('bom-1.6.SNAPSHOT.schema.json'));
}

export type Spdx = {
  documentNamespace: string;
  creationInfo: { created: string; creators: string[] };
  packages: {
    name: string;
    SPDXID: string;
    versionInfo?: string;
    licenseDeclared: string;
    downloadLocation: string;
    originator?: string;
    externalRefs?: { referenceType: string; referenceLocator: string }[];
  }[];
  hasExtractedLicensingInfos?: { licenseId: string; extractedText: string }[];
  relationships: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[];
};

export function spdx(bytes: Buffer): Spdx {
  assertPlain(bytes);
  return JSON.parse(bytes.toString());
}

/** No control character may reach a terminal, neither as it is nor by way of a program that prints a value. */
function assertPlain(bytes: Buffer): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are looked for
  assert.doesNotMatch(bytes.toString(), /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  assert.doesNotMatch(bytes.toString(), /\\u00[019]|\\u007f|\\u008|\\[nrtbf]/);
}

export const layerOf = ({ properties }: Component) =>
  Number(properties.find(({ name }) => name === 'layertool:layer:number')?.value);

/** `type name version` and the layer, of each. */
export const told = (all: readonly Component[]) =>
  all.map((one) => `${/^pkg:([a-z]+)/.exec(one.purl)?.[1]} ${one.name} ${one.version ?? '-'} ${layerOf(one)}`);
