import { JSON_LIMIT, PACKAGE_FILE_LIMIT } from '../bytes/limits.ts';
import { FormatError } from '../errors.ts';
import { objectAt, textAt } from '../image/json.ts';
import { readFields } from '../python/metadata.ts';
import { bytesOf, objectIn, toldBy } from './document-file.ts';
import { embedded } from './embedded.ts';
import type { Origin, Reading } from './package.ts';
import type { Beside, PackageFile, Reader, Tree } from './reader.ts';
import { aside, exact, lenient, strict } from './text.ts';

/** What pip and what setuptools of old leave beside a package. */
const INFO = /(?:^|\/)(?:[^/]+\.dist-info\/METADATA|[^/]+\.egg-info(?:\/PKG-INFO)?)$/;

/** Packages of Python (packaging.python.org, "Recording installed projects", "Core metadata"). */
export const python: Reader = {
  limit: JSON_LIMIT,
  wants: (name, head, path) =>
    ['METADATA', 'PKG-INFO', 'direct_url.json'].includes(name) ||
    name.endsWith('.egg-info') ||
    head.startsWith('Metadata-Version:') ||
    path.includes('.dist-info/sboms/') ||
    (/^\s*\{/.test(head) && /"(?:bomFormat|spdxVersion|SPDXID)"/.test(head)),
  tells: (path) => INFO.test(path),
  read: (file) => toldBy(() => metadata(file)),
  async beside(file, packages, tree) {
    if (!file.path.endsWith('.dist-info/METADATA')) return { packages, inside: [], problems: [] };
    const folder = file.path.slice(0, file.path.lastIndexOf('/'));
    const problems: Beside['problems'][number][] = [];
    const origin = await originIn(`${folder}/direct_url.json`, tree, (path, problem) => {
      problems.push({ path, problem });
    });
    const inside = await Promise.all(
      tree.names(`${folder}/sboms`).map(async (name) => {
        const path = `${folder}/sboms/${name}`;
        const bill = tree.file(path);
        return { path, reading: bill ? await embedded(bill) : { packages: [] } };
      }),
    );
    return { packages: packages.map((told) => ({ ...told, origin })), inside, problems };
  },
};

async function metadata(file: PackageFile): Promise<Reading> {
  if (file.size > PACKAGE_FILE_LIMIT) throw new FormatError(`is larger than ${PACKAGE_FILE_LIMIT} bytes`);
  const text = (await bytesOf(file)).toString('latin1');
  const fields = readFields(text);
  const field = (name: string): string | undefined => fields.get(name)?.[0];
  const name = exact(strict(field('name')), 'Name');
  const version = exact(strict(field('version')), 'Version');
  const author = ['author', 'author-email', 'maintainer', 'maintainer-email'].map(field).find(isSaid);
  return {
    packages: [
      {
        purl: { type: 'pypi', name, version },
        name,
        version,
        license: licenseText(fields),
        author: author === undefined ? undefined : lenient(author),
      },
    ],
    ...(isOpen(text) && { problem: 'ends in the middle of its fields, and may be cut off' }),
  };
}

/** Whether the last line is a field, and has no end; Python takes such a file. */
function isOpen(text: string): boolean {
  return !/\n\r?\n/.test(text) && !text.endsWith('\n');
}

/** PEP 639's expression, or the field of old, or what the classifiers say. */
function licenseText(fields: ReadonlyMap<string, readonly string[]>): string | undefined {
  const told = [fields.get('license-expression')?.[0], fields.get('license')?.[0]].find(isSaid);
  if (told !== undefined) return lenient(told);
  const classifiers = (fields.get('classifier') ?? []).filter((line) => line.startsWith('License ::'));
  const names = classifiers.map((line) => line.slice(line.lastIndexOf('::') + 2).trim());
  return names.length === 0 ? undefined : lenient(names.join(', '));
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined && !['', 'UNKNOWN'].includes(text.trim());
}

/** Where pip brought it from (packaging.python.org, "Direct URL Data Structure"). */
async function originIn(
  path: string,
  tree: Tree,
  fail: (path: string, problem: string) => void,
): Promise<Origin | undefined> {
  const file = tree.file(path);
  if (file === undefined) return undefined;
  try {
    const json = await objectIn(file);
    const url = aside(textAt(json, 'url'));
    if (url === undefined) throw new FormatError('has no url');
    const vcs = objectAt(json, 'vcs_info');
    const system = aside(textAt(vcs, 'vcs'));
    const id = aside(textAt(vcs, 'commit_id'));
    return { url: withoutPassword(url), commit: system === undefined || id === undefined ? undefined : { system, id } };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    fail(path, error.message);
    return undefined;
  }
}

/** pip leaves passwords out, and what others wrote must not get out either. */
function withoutPassword(url: string): string {
  return url.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/@]*:[^/]*@/, '$1');
}
