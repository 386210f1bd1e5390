import { PACKAGE_FILE_LIMIT } from '../bytes/limits.ts';
import { isObject, type Json, textAt } from '../image/json.ts';
import { objectIn, toldBy } from './document-file.ts';
import type { Reader } from './reader.ts';
import { exact } from './text.ts';

/** The root of a package: others are parts of one, or a project's own. */
const ROOT = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/;

/** Packages of Node (npm documentation, "package.json"). */
export const node: Reader = {
  limit: PACKAGE_FILE_LIMIT,
  // A store of pnpm has it under other names.
  wants: (name, head) => name === 'package.json' || (/^\s*\{/.test(head) && head.includes('"name"')),
  tells: (path) => ROOT.test(path),
  read: (file) =>
    toldBy(async () => {
      const json = await objectIn(file);
      const name = exact(textAt(json, 'name'), 'name');
      const version = exact(textAt(json, 'version'), 'version');
      const [, namespace, own = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
      return {
        packages: [
          {
            purl: { type: 'npm', namespace, name: own, version },
            name,
            version,
            license: licenseText(json['license'] ?? json['licenses']),
            author: authorText(json['author']),
          },
        ],
      };
    }),
};

/** A text, or as in packages of old an object with a type, or a list of these to choose from. */
function licenseText(license: Json | undefined): string | undefined {
  if (typeof license === 'string') return license;
  if (!Array.isArray(license)) return textAt(license, 'type') ?? textAt(license, 'url');
  const texts = license.flatMap((item) => licenseText(Array.isArray(item) ? undefined : item) ?? []);
  return texts.length === 0 ? undefined : texts.join(' OR ');
}

function authorText(author: Json | undefined): string | undefined {
  return isObject(author) ? textAt(author, 'name') : typeof author === 'string' ? author : undefined;
}
