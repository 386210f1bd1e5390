import { PACKAGES_LIMIT } from '../bytes/limits.ts';
import { FormatError } from '../errors.ts';
import { isObject, type Json, type JsonObject, objectAt, textAt } from '../image/json.ts';
import { objectIn, toldBy } from './document-file.ts';
import type { Package, Reading } from './package.ts';
import { isPurl } from './purl.ts';
import type { PackageFile } from './reader.ts';
import { exact } from './text.ts';

/** Kinds of components that are no packages (CycloneDX 1.6, "component.type"). */
const NO_PACKAGES = ['file', 'data', 'cryptographic-asset'];

/** The packages of a bill of materials inside a wheel (PEP 770). */
export function embedded(file: PackageFile): Promise<Reading> {
  return toldBy(async () => {
    const json = await objectIn(file);
    if (textAt(json, 'bomFormat') === 'CycloneDX') return collected(componentsOf(json), fromComponent);
    if (textAt(json, 'spdxVersion')?.startsWith('SPDX-2')) return collected(listOf(json['packages']), fromSpdx);
    throw new FormatError('is neither CycloneDX nor SPDX 2 as JSON');
  });
}

function collected(items: readonly JsonObject[], read: (item: JsonObject) => Package): Reading {
  const packages: Package[] = [];
  let broken = 0;
  for (const item of items) {
    try {
      packages.push(read(item));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      broken++;
    }
  }
  return broken === 0
    ? { packages }
    : { packages, problem: `${broken} of its packages have no name, or a strange one` };
}

function listOf(json: Json | undefined): JsonObject[] {
  return Array.isArray(json) ? json.filter(isObject) : [];
}

/** The components, those inside others as well; what the bill is about only where it says which package that is. */
function componentsOf(bill: JsonObject): JsonObject[] {
  const subject = objectAt(objectAt(bill, 'metadata'), 'component');
  const found: JsonObject[] = [];
  const waiting = [...(textAt(subject, 'purl') === undefined ? [] : [subject]), ...listOf(bill['components'])];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (!NO_PACKAGES.includes(textAt(next, 'type') ?? '')) found.push(next);
    waiting.push(...listOf(next['components']));
    if (found.length > PACKAGES_LIMIT) throw new FormatError(`has more than ${PACKAGES_LIMIT} components`);
  }
  return found;
}

function fromComponent(component: JsonObject): Package {
  const group = textAt(component, 'group');
  const own = exact(textAt(component, 'name'), 'name');
  const licenses = listOf(component['licenses']).flatMap((item) => {
    const license = objectAt(item, 'license');
    return textAt(item, 'expression') ?? textAt(license, 'id') ?? textAt(license, 'name') ?? [];
  });
  const license = licenses.length === 0 ? undefined : licenses.join(' AND ');
  return packageOf(
    group ? `${exact(group, 'group')}/${own}` : own,
    component,
    'version',
    textAt(component, 'purl'),
    license,
  );
}

function fromSpdx(item: JsonObject): Package {
  const purl = listOf(item['externalRefs']).find((reference) => textAt(reference, 'referenceType') === 'purl');
  const name = exact(textAt(item, 'name'), 'name');
  return packageOf(name, item, 'versionInfo', textAt(purl, 'referenceLocator'), textAt(item, 'licenseDeclared'));
}

function packageOf(
  name: string,
  json: JsonObject,
  versionKey: string,
  purl: string | undefined,
  license: string | undefined,
): Package {
  const told = textAt(json, versionKey) ?? '';
  const version = told === '' || told === 'NOASSERTION' ? '' : exact(told, 'version');
  const given = purl !== undefined && purl.length < 2048 && isPurl(purl) ? purl : undefined;
  return { purl: { type: 'generic', name, version }, given, name, version, license };
}
