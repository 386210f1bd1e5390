import type { Json, JsonObject } from '../image/json.ts';
import { type Bill, contentId, type Item, jsonText, shortId, timeText } from './bill.ts';
import type { License } from './license.ts';
import { wellFormed } from './text.ts';

const DOCUMENT = 'SPDXRef-DOCUMENT';
const SUBJECT = 'SPDXRef-Subject';

/** A bill of materials as SPDX 2.3, in pieces of text. */
export function spdxText(bill: Bill): Generator<string> {
  const { subject, items, created, tool } = bill;
  const packages = function* (): Generator<Json> {
    yield subjectPackage(bill);
    for (const item of items) yield packageOf(item);
  };
  const relationships = function* (): Generator<Json> {
    yield relationship(DOCUMENT, 'DESCRIBES', SUBJECT);
    for (const { purl, inside } of items) {
      yield relationship(SUBJECT, 'CONTAINS', idOf(purl));
      for (const other of inside) yield relationship(idOf(purl), 'CONTAINS', idOf(other));
    }
  };
  const creation = { created: timeText(created), creators: [`Tool: layertool-${tool}`] };
  const id = contentId([creation, ...licenseTexts(items), ...packages(), ...relationships()]);
  const extracted = licenseTexts(items);
  return jsonText({
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT,
    name: subject.chainId,
    documentNamespace: `https://spdx.org/spdxdocs/layertool-${id}`,
    creationInfo: creation,
    packages,
    ...(extracted.length > 0 && { hasExtractedLicensingInfos: extracted }),
    relationships,
  });
}

function subjectPackage({ subject: { kind, chainId, platform } }: Bill): JsonObject {
  return {
    name: chainId,
    SPDXID: SUBJECT,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    primaryPackagePurpose: kind === 'image' ? 'CONTAINER' : 'ARCHIVE',
    summary: platform === undefined ? 'a layer of a container image' : `a container image for ${platform}`,
  };
}

function packageOf(item: Item): JsonObject {
  const { purl, name, version, license, author, origin, source, isProgram, layer, paths } = item;
  const about = [
    `told by ${paths.join(', ')}`,
    ...(source === undefined ? [] : [`built from the source ${source}`]),
    `brought by layer ${layer.number}, ${layer.diffId}`,
    ...(origin === undefined ? [] : [`brought from ${origin.url}${origin.commit ? ` at ${origin.commit.id}` : ''}`]),
  ];
  return {
    name,
    SPDXID: idOf(purl),
    ...(version !== '' && { versionInfo: version }),
    ...(author !== undefined && { originator: `Person: ${author}` }),
    downloadLocation: locationOf(item) ?? 'NOASSERTION',
    filesAnalyzed: false,
    sourceInfo: about.join('; '),
    licenseConcluded: 'NOASSERTION',
    licenseDeclared:
      license === undefined ? 'NOASSERTION' : license.kind === 'text' ? referenceTo(license) : license.text,
    copyrightText: 'NOASSERTION',
    externalRefs: [
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl },
      { referenceCategory: 'OTHER', referenceType: 'layer', referenceLocator: layer.diffId },
    ],
    primaryPackagePurpose: isProgram ? 'APPLICATION' : 'LIBRARY',
  };
}

/** SPDX 2.3, 7.7: an address, or one of a version control system with the commit behind an `@`. */
function locationOf({ origin }: Item): string | undefined {
  if (origin === undefined || !/^[a-z][a-z0-9+.-]*:\/\/[!$&-;=?-Z_a-z~%]+$/i.test(origin.url)) return undefined;
  const { url, commit } = origin;
  if (commit === undefined) return url;
  const { system, id } = commit;
  return /^[a-z]+$/.test(system) && /^[\w.-]+$/.test(id) ? `${system}+${url}@${id}` : undefined;
}

/** Licences that are none of SPDX, with their text. */
function licenseTexts(items: readonly Item[]): JsonObject[] {
  const texts = new Map<string, JsonObject>();
  for (const { license } of items) {
    if (license?.kind === 'text') {
      const licenseId = referenceTo(license);
      texts.set(licenseId, { licenseId, extractedText: license.text, name: wellFormed(license.text.slice(0, 100)) });
    }
    for (const licenseId of license?.kind === 'expression' ? license.references : []) {
      texts.set(licenseId, { licenseId, extractedText: 'A package names this licence; its text is in the package.' });
    }
  }
  return [...texts.keys()].sort().map((id) => texts.get(id)!);
}

function referenceTo({ text }: License): string {
  return `LicenseRef-text-${shortId(text)}`;
}

function idOf(purl: string): string {
  return `SPDXRef-Package-${shortId(purl)}`;
}

function relationship(from: string, type: string, to: string): JsonObject {
  return { spdxElementId: from, relationshipType: type, relatedSpdxElement: to };
}
