import { gzipSync } from 'node:zlib';
import { type Case, either, refused } from './case.ts';
import { blobName, type Content, configOf, descriptor, media, oci, one, sha256, two } from './images.ts';
import { asBoth, descriptors, digest, type FileRow, good, missing } from './oci-words.ts';

/* Blobs of OCI layouts (manifest.md, descriptor.md): what a descriptor says, and what is stored. */

const blobRows: FileRow[] = [
  ['a blob that is missing', () => oci([one]).filter(([name]) => name !== blobName(one)), missing, 'skopeo'],
  [
    'a config that is missing',
    () => oci([one]).filter(([name]) => name !== blobName(configOf([one]))),
    missing,
    'skopeo',
  ],
  [
    'a manifest that is missing',
    () => oci([one], { listed: { digest: `sha256:${'0'.repeat(64)}` } }),
    missing,
    'skopeo',
  ],
  [
    'a blob that is damaged',
    () => oci([one]).map(([name, content]): [string, Content] => [name, name === blobName(one) ? two : content]),
    digest,
    'skopeo',
  ],
  [
    'a blob that is cut off',
    () =>
      oci([one]).map(([name, content]): [string, Content] => [
        name,
        name === blobName(one) ? one.subarray(0, 512) : content,
      ]),
    digest,
    'skopeo',
  ],
  [
    'a manifest that is damaged',
    () =>
      oci([one]).map(([name, content], at): [string, Content] => [name, at === 2 ? `${content as string} ` : content]),
    digest,
    'skopeo',
  ],
  [
    'a size that is too large',
    () => oci([one], { layers: ([each]) => [{ ...each, size: one.length + 1 }] }),
    refused(/bytes|size/),
    'OCI',
  ],
  ['a size that is negative', () => oci([one], { layers: ([each]) => [{ ...each, size: -1 }] }), descriptors, 'OCI'],
  ['a size past 2^53', () => oci([one], { layers: ([each]) => [{ ...each, size: 2 ** 60 }] }), descriptors, 'OCI'],
  ['a size with a fraction', () => oci([one], { layers: ([each]) => [{ ...each, size: 1.5 }] }), descriptors, 'OCI'],
  [
    'a size that is a string',
    () => oci([one], { layers: ([each]) => [{ ...each, size: `${one.length}` }] }),
    descriptors,
    'OCI',
  ],
  [
    'a digest that climbs',
    () => oci([one], { layers: ([each]) => [{ ...each, digest: 'sha256:../../../../etc/passwd' }] }),
    descriptors,
    'containerd: breakout',
  ],
  [
    'a digest in capitals',
    () => oci([one], { layers: ([each]) => [{ ...each, digest: `sha256:${sha256(one).toUpperCase()}` }] }),
    descriptors,
    'OCI',
  ],
  [
    'a digest that is too short',
    () => oci([one], { layers: ([each]) => [{ ...each, digest: 'sha256:00' }] }),
    descriptors,
    'OCI',
  ],
  [
    'md5 as a digest',
    () => oci([one], { layers: ([each]) => [{ ...each, digest: `md5:${'0'.repeat(32)}` }] }),
    descriptors,
    'OCI',
  ],
  [
    'a digest with escape sequences',
    () => oci([one], { layers: ([each]) => [{ ...each, digest: 'sha256:\x1b[31m\x9b2J' }] }),
    descriptors,
    'OCI',
  ],
  ['layers that are no list', () => oci([one], { layers: () => ({ 0: 'x' }) }), refused(/manifest|layers/), 'OCI'],
  ['a layer that is null', () => oci([one], { layers: () => [null] }), descriptors, 'OCI'],
  [
    'a layer of an unknown type',
    () => oci([one], { layers: ([each]) => [{ ...each, mediaType: 'application/vnd.example.thing' }] }),
    either(/type|kind|layer/),
    'skopeo refuses',
  ],
  [
    'a layer of the wrong type',
    () => oci([gzipSync(one)], { layers: ([each]) => [{ ...each, mediaType: media.layer }] }),
    either(/type|gzip|diff_id/),
    'skopeo looks at the bytes',
  ],
  ['a wrong diff_id', () => oci([one], { config: configOf([two]) }), refused(/diff_id/), 'skopeo'],
  [
    'no diff_ids',
    () => oci([one], { config: '{"os":"linux","architecture":"amd64"}' }),
    refused(/layers|diff_id/),
    'skopeo',
  ],
  [
    'a layout of another version',
    () => oci([one], { layout: '{"imageLayoutVersion":"2.0.0"}' }),
    either(/layout|version/),
    'skopeo takes it',
  ],
  ['a layout file that is not JSON', () => oci([one], { layout: 'x' }), either(/layout|JSON/), 'containerd refuses'],
  [
    'no layout file',
    () => oci([one]).slice(1),
    either(/layout/),
    'skopeo refuses',
    // Then it is a directory, which is compared with others of its kind.
    { but: { 'diff images': either(/layout|directory/) } },
  ],
  [
    'a manifest.json beside that says otherwise',
    () => oci([one], { more: [['manifest.json', JSON.stringify([{ Config: 'gone', Layers: [] }])]] }),
    either(/missing|manifest/),
    'two readings',
  ],
  [
    'a blob that is a symlink to another',
    () => [
      ...oci([one]).filter(([name]) => name !== blobName(one)),
      ['elsewhere', one],
      [blobName(one), { link: '../../elsewhere' }],
    ],
    good,
    'skopeo',
  ],
  [
    'a blob that is a symlink to itself',
    () => [...oci([one]).filter(([name]) => name !== blobName(one)), [blobName(one), { link: sha256(one) }]],
    refused(/link|nowhere|missing|loop/),
    'Linux',
  ],
  [
    'a manifest of 16 MB',
    () => oci([one], { manifest: { annotations: { a: 'x'.repeat(16_000_000) } } }),
    refused(/larger|limit|8|MiB|bytes/),
    'ENGINEERING: JSON of 8 MiB',
  ],
  [
    'an index of 16 MB',
    () => oci([one], { index: { annotations: { a: 'x'.repeat(16_000_000) } } }),
    refused(/larger|limit|8|MiB|bytes/),
    'ENGINEERING: JSON of 8 MiB',
  ],
  [
    'an index of 30,000 images',
    () =>
      oci([one], {
        others: Array.from({ length: 30_000 }, (_, at) =>
          descriptor(`${at}`, media.manifest, { platform: { os: 'linux', architecture: `a${at}` } }),
        ),
      }),
    either(/too many|index|missing/),
    'limits',
    { but: { push: refused(/./) } },
  ],
  [
    'an index of 40 manifests of 7 MB',
    () => {
      const texts = Array.from({ length: 40 }, (_, at) =>
        JSON.stringify({
          schemaVersion: 2,
          mediaType: media.manifest,
          config: descriptor('{}', media.config),
          layers: [],
          annotations: { at: `${at}`.padStart(7_000_000, 'x') },
        }),
      );
      return oci([one], {
        others: texts.map((text, at) =>
          descriptor(text, media.manifest, { platform: { os: 'linux', architecture: `a${at}` } }),
        ),
        more: [
          ['blobs/sha256/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a', '{}'],
          ...texts.map((text): [string, Content] => [blobName(text), text]),
        ],
      });
    },
    either(/too many|index|manifests|larger|layers|config|platform/),
    'issue: all are kept',
    { but: { push: either(/./) } },
  ],
];

export const ociBlobs: Case[] = asBoth('blobs', blobRows);
