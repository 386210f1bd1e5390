import { type Item, item, tar } from '../peers/layer.ts';

export const layer = (...items: Item[]): Buffer => tar({ dialect: 'pax', items });

/** A file of text, or of bytes. */
export const file = (name: string, content: string | Buffer): Item => {
  return item('file', name, { content: Buffer.from(content).toString('latin1') });
};

export const wheelInfo = (folder: string, name: string, version: string, more = '') =>
  file(
    `${folder}/${name}-${version}.dist-info/METADATA`,
    `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${more}\nThe text.\n`,
  );

export const nodeInfo = (folder: string, name: string, version: string, more: object = {}) =>
  file(`${folder}/node_modules/${name}/package.json`, JSON.stringify({ name, version, ...more }));

/** A list as dpkg keeps it. */
export const status = (...packages: [name: string, version: string, more?: string][]) =>
  packages
    .map(
      ([name, version, more = 'Status: install ok installed\n']) =>
        `Package: ${name}\n${more}Architecture: amd64\nVersion: ${version}\nDescription: one\n two\n .\n Version: none\n\n`,
    )
    .join('');
