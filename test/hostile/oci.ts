import { gzipSync } from 'node:zlib';
import { type Case, cases, either, type Row, refused, taken } from './case.ts';
import { asGzip, asZstd, zstdFrame } from './frames.ts';
import {
  archived,
  blobName,
  type Content,
  configOf,
  descriptor,
  type Files,
  laid,
  media,
  oci,
  one,
  packed,
  sha256,
  two,
} from './images.ts';

/*
 * OCI archives and layout directories (OCI image specification: image-layout.md, image-index.md, manifest.md): what is
 * listed, what is stored, and where they disagree. The same cases as archives and as directories.
 */

const good = taken();
const digest = refused(/should be|digest|bytes|damaged/);
const missing = refused(/missing|no such/);
const descriptors = refused(/descriptor|digest|size|manifest/);
const arm = { os: 'linux', architecture: 'arm64' };
const unknown = descriptor('{"what":1}', 'application/vnd.example.thing.v1+json');
const otherImage = descriptor(JSON.stringify({ schemaVersion: 2 }), media.manifest, { platform: arm });

/** An index in an index, so many deep. */
function nested(depth: number): Files {
  const base = oci([one]);
  let [, text] = base.find(([name]) => name === 'index.json')!;
  const more: [string, Content][] = [];
  for (let at = 0; at < depth; at++) {
    more.push([blobName(text as string), text]);
    text = JSON.stringify({ schemaVersion: 2, manifests: [descriptor(text as string, media.index)] });
  }
  return [...base.filter(([name]) => name !== 'index.json'), ['index.json', text], ...more];
}

type FileRow = readonly [name: string, files: () => Files, ...rest: [Row[2], Row[3], Row[4]?]];

const rows: FileRow[] = [
  ['one image', () => oci([one, two]), good, 'skopeo'],
  ['layers in gzip', () => oci([gzipSync(one)]), good, 'skopeo'],
  [
    'layers in zstd',
    () =>
      oci([zstdFrame(one)], {
        config: configOf([one]),
        layers: (list) => list.map((each) => ({ ...each, mediaType: `${media.layer}+zstd` })),
      }),
    good,
    'skopeo',
  ],
  ['no layers', () => oci([]), good, 'OCI: scratch'],
  [
    'annotations of every kind',
    () => oci([one], { manifest: { annotations: { a: 'b', ['__proto__']: 'c', constructor: 'd' } } }),
    good,
    'OCI',
  ],
  [
    'an annotation that is a number',
    () => oci([one], { manifest: { annotations: { a: 7 } } }),
    either(/annotation/),
    'OCI: strings',
  ],
  [
    'an attestation beside',
    () =>
      oci([one], {
        others: [
          descriptor('{}', media.manifest, {
            platform: { os: 'unknown', architecture: 'unknown' },
            annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
          }),
        ],
        more: [[blobName('{}'), '{}']],
      }),
    good,
    'docker buildx',
  ],
  [
    'an entry of an unknown type beside',
    () => oci([one], { others: [unknown], more: [[blobName('{"what":1}'), '{"what":1}']] }),
    good,
    'issue; OCI: must ignore',
  ],
  [
    'an entry of an unknown type that is not there',
    () => oci([one], { others: [unknown] }),
    good,
    'OCI: must ignore',
    { but: { push: either(/missing/) } },
  ],
  [
    'another platform beside',
    () => oci([one], { others: [otherImage], more: [[blobName('{"schemaVersion":2}'), '{"schemaVersion":2}']] }),
    good,
    'skopeo',
    { but: { push: either(/manifest|descriptor/) } },
  ],
  [
    'another platform that is not there',
    () => oci([one], { others: [otherImage] }),
    good,
    'skopeo copies one',
    { but: { push: missing } },
  ],
  ['an index in the index', () => nested(1), good, 'docker buildx'],
  ['indexes in indexes, three deep', () => nested(3), good, 'OCI'],
  ['indexes in indexes, 200 deep', () => nested(200), refused(/index|deep|nest/), 'limits'],
  [
    'a manifest of its own unknown type',
    () => oci([one], { manifest: { mediaType: 'application/vnd.example.thing' } }),
    refused(/type|thing|manifest/),
    'issue: must be refused',
  ],
  [
    'a manifest that says that it is an index',
    () => oci([one], { manifest: { mediaType: media.index } }),
    refused(/type|index|manifest/),
    'CVE-2021-41190',
  ],
  [
    'a manifest that is an index too',
    () => oci([one], { manifest: { manifests: [] } }),
    refused(/type|index|image|manifest/),
    'CVE-2021-41190',
  ],
  [
    'an entry that says that it is an index, of a manifest',
    () => oci([one], { listed: { mediaType: media.index } }),
    refused(/type|index|manifest/),
    'CVE-2021-41190',
  ],
  [
    'an entry of an unknown type alone',
    () => oci([one], { listed: { mediaType: 'application/vnd.example.thing' } }),
    refused(/type|image/),
    'skopeo',
  ],
  [
    'an entry without a type',
    () => oci([one], { listed: { mediaType: undefined } }),
    either(/type|descriptor/),
    'OCI: required',
  ],
  ['schemaVersion 1', () => oci([one], { manifest: { schemaVersion: 1 } }), refused(/schema|manifest/), 'skopeo'],
  [
    'an artifact',
    () =>
      oci([one], {
        manifest: {
          artifactType: 'application/vnd.example',
          config: descriptor('{}', 'application/vnd.oci.empty.v1+json'),
        },
        more: [[blobName('{}'), '{}']],
      }),
    refused(/artifact/),
    'skopeo',
    { but: { push: either(/artifact/) } },
  ],
  ['no image', () => oci([one], { indexText: '{"schemaVersion":2,"manifests":[]}' }), refused(/no image/), 'skopeo'],
  ['no list', () => oci([one], { indexText: '{"schemaVersion":2}' }), refused(/manifests|list|image/), 'skopeo'],
  [
    'a list that is an object',
    () => oci([one], { indexText: '{"schemaVersion":2,"manifests":{"length":1}}' }),
    refused(/manifests|list/),
    'skopeo',
  ],
  ['a list of null', () => oci([one], { indexText: '{"manifests":[null]}' }), descriptors, 'skopeo'],
  [
    'several images of one platform',
    () =>
      oci([one], {
        others: [descriptor('{"a":1}', media.manifest, { platform: { os: 'linux', architecture: 'amd64' } })],
        more: [[blobName('{"a":1}'), '{"a":1}']],
      }),
    refused(/several|images|descriptor|manifest/),
    'skopeo',
    { but: { push: either(/descriptor|manifest|several/) } },
  ],
  [
    'an image of another platform alone',
    () => oci([one], { config: configOf([one], { architecture: 'arm64' }), listed: { platform: arm } }),
    good,
    'skopeo',
  ],
  ['a platform that is no object', () => oci([one], { listed: { platform: 'linux' } }), either(/platform/), 'OCI'],
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
  ['no layout file', () => oci([one]).slice(1), either(/layout/), 'skopeo refuses'],
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

const archives: Row[] = [
  ['in gzip', () => asGzip(packed(oci([one]))), good, 'contract'],
  ['in zstd', () => asZstd(packed(oci([one]))), good, 'contract'],
  ['in reverse', () => packed(oci([one]).toReversed()), good, 'skopeo'],
  ['cut off', () => packed(oci([one])).subarray(0, -1024), refused(/cut off/), 'contract'],
  [
    'a blob twice',
    () => packed([...oci([one]), [blobName(one), two]]),
    either(/twice|digest|bytes|should be/),
    'GNU tar takes the last',
  ],
  [
    'where a layer should be',
    archived([one]),
    refused(/image/),
    'contract',
    { kind: 'layer', but: { inspect: taken(), 'inspect --list': either(/image/) } },
  ],
];

export const ociImages: Case[] = [
  ...cases(
    'oci: archives',
    'image',
    rows.map(([name, files, ...rest]): Row => [name, () => packed(files()), ...rest]),
  ),
  ...rows.map(
    ([name, files, must, says, more]): Case => ({
      name,
      group: 'oci: layouts',
      kind: 'layout',
      folder: (path) => laid(path, files()),
      must,
      says,
      ...more,
    }),
  ),
  ...cases('oci: archives as such', 'image', archives),
];
