import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Case, either, type Must, refused, taken } from './case.ts';
import { blobName, laid, oci, one, sha256 } from './images.ts';

/* Layout directories that are odd as directories; what they may say wrong is in oci.ts. */

const image = refused(/image|index\.json/);
const notFile = refused(/not a file|directory|is a|missing/);

type FolderRow = readonly [name: string, folder: (path: string) => void, must: Must, says: string];

const rows: FolderRow[] = [
  ['an empty directory', () => {}, image, 'skopeo'],
  ['a directory of other things', (path) => writeFileSync(join(path, 'README'), 'hello'), image, 'skopeo'],
  ['index.json that is a directory', (path) => mkdirSync(join(path, 'index.json')), notFile, 'skopeo'],
  ['index.json that is empty', (path) => writeFileSync(join(path, 'index.json'), ''), refused(/JSON|empty/), 'skopeo'],
  [
    'index.json that is a symlink to itself',
    (path) => symlinkSync('index.json', join(path, 'index.json')),
    refused(/link|image/),
    'Linux: ELOOP',
  ],
  [
    'index.json that leads elsewhere',
    (path) => {
      laid(
        path,
        oci([one]).filter(([name]) => name !== 'index.json'),
      );
      symlinkSync('/etc/passwd', join(path, 'index.json'));
    },
    refused(/JSON|link/),
    'skopeo',
  ],
  [
    'a blob that is a directory',
    (path) => {
      laid(
        path,
        oci([one]).filter(([name]) => name !== blobName(one)),
      );
      mkdirSync(join(path, blobName(one)));
    },
    notFile,
    'skopeo',
  ],
  [
    'a blob that is the null device',
    (path) => {
      laid(
        path,
        oci([one]).filter(([name]) => name !== blobName(one)),
      );
      symlinkSync('/dev/null', join(path, blobName(one)));
    },
    refused(/not a file|bytes|missing/),
    'Linux',
  ],
  [
    'a blob that never ends',
    (path) => {
      laid(
        path,
        oci([one]).filter(([name]) => name !== blobName(one)),
      );
      symlinkSync('/dev/zero', join(path, blobName(one)));
    },
    refused(/not a file|bytes|missing/),
    'Linux',
  ],
  [
    'an index that never ends',
    (path) => {
      laid(
        path,
        oci([one]).filter(([name]) => name !== 'index.json'),
      );
      symlinkSync('/dev/zero', join(path, 'index.json'));
    },
    refused(/not a file|bytes|JSON/),
    'Linux',
  ],
  [
    'blobs elsewhere, by a symlink',
    (path) => {
      laid(join(path, 'other'), oci([one]));
      symlinkSync('other/blobs', join(path, 'blobs'));
      for (const name of ['index.json', 'oci-layout']) symlinkSync(`other/${name}`, join(path, name));
    },
    taken(),
    'skopeo',
  ],
  [
    'no blobs',
    (path) => {
      laid(path, oci([one]));
      rmSync(join(path, 'blobs'), { recursive: true });
    },
    refused(/missing|no such/),
    'skopeo',
  ],
  [
    'a file where a directory of blobs should be',
    (path) => {
      laid(path, oci([one]));
      rmSync(join(path, 'blobs'), { recursive: true });
      writeFileSync(join(path, 'blobs'), '');
    },
    refused(/missing|directory/),
    'skopeo',
  ],
  [
    'a manifest.json alone',
    (path) => writeFileSync(join(path, 'manifest.json'), '[]'),
    either(/image|manifest/),
    'docker save, unpacked',
  ],
  [
    'files of others beside the blobs',
    (path) => {
      laid(path, [...oci([one]), ['blobs/sha256/notes', 'x'], ['blobs/sha512/00', 'x'], ['ingest/x', 'x']]);
    },
    taken(),
    'containerd',
  ],
  [
    'a FIFO that nothing names',
    (path) => {
      laid(path, oci([one]));
      execFileSync('mkfifo', [join(path, 'pipe')]);
    },
    taken(),
    'skopeo',
  ],
  [
    'a blob with another digest in its name',
    (path) => {
      const files = oci([one], { layers: ([each]) => [{ ...each, digest: `sha256:${sha256('x')}` }] });
      laid(path, [...files, [`blobs/sha256/${sha256('x')}`, one]]);
    },
    refused(/should be|digest/),
    'skopeo',
  ],
];

export const layouts: Case[] = rows.map(([name, folder, must, says]) => ({
  name,
  group: 'oci: directories',
  kind: 'layout',
  folder,
  must,
  says,
  // Without an oci-layout it is a directory like others, which is no image to compare with.
  but: { 'diff images': must.kind === 'taken' ? must : either(/./) },
}));
