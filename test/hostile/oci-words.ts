import { type Case, cases, type Row, refused, taken } from './case.ts';
import { blobName, type Content, descriptor, type Files, laid, media, oci, one, packed } from './images.ts';

/* What OCI layouts are refused for, and how one is both an archive and a directory. */

export const good = taken();

export const digest = refused(/should be|digest|bytes|damaged/);

export const missing = refused(/missing|no such/);

export const descriptors = refused(/descriptor|digest|size|manifest/);

export const arm = { os: 'linux', architecture: 'arm64' };

export const unknown = descriptor('{"what":1}', 'application/vnd.example.thing.v1+json');

export const otherImage = descriptor(JSON.stringify({ schemaVersion: 2 }), media.manifest, { platform: arm });

/** An index in an index, so many deep. */
export function nested(depth: number): Files {
  const base = oci([one]);
  let [, text] = base.find(([name]) => name === 'index.json')!;
  const more: [string, Content][] = [];
  for (let at = 0; at < depth; at++) {
    more.push([blobName(text as string), text]);
    text = JSON.stringify({ schemaVersion: 2, manifests: [descriptor(text as string, media.index)] });
  }
  return [...base.filter(([name]) => name !== 'index.json'), ['index.json', text], ...more];
}

export type FileRow = readonly [name: string, files: () => Files, ...rest: [Row[2], Row[3], Row[4]?]];

/** Cases as archives, and the same as directories. */
export function asBoth(what: string, rows: readonly FileRow[]): Case[] {
  return [
    ...cases(
      `oci: ${what} of archives`,
      'image',
      rows.map(([name, files, ...rest]): Row => [name, () => packed(files()), ...rest]),
    ),
    ...rows.map(([name, files, must, says, more]): Case => {
      const folder = (path: string) => laid(path, files());
      return { name, group: `oci: ${what} of directories`, kind: 'layout', folder, must, says, ...more };
    }),
  ];
}
