import { gzipSync } from 'node:zlib';
import { type Case, cases, either, type Row, refused, taken } from './case.ts';
import { asGzip, asZstd, zstdFrame } from './frames.ts';
import { archived, blobName, configOf, descriptor, media, oci, one, packed, two } from './images.ts';
import { arm, asBoth, descriptors, type FileRow, good, missing, nested, otherImage, unknown } from './oci-words.ts';

/*
 * OCI archives and layout directories (image-layout.md, image-index.md): what is listed. The same cases as archives and
 * as directories.
 */

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
    { but: { index: either(/descriptor/) } },
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
    { but: { push: either(/manifest|descriptor/), index: either(/manifest|descriptor/) } },
  ],
  [
    'another platform that is not there',
    () => oci([one], { others: [otherImage] }),
    good,
    'skopeo copies one',
    { but: { push: missing, index: missing } },
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
    { kind: 'layer', but: { inspect: taken(), 'inspect --sbom': taken(), 'inspect --list': either(/image/) } },
  ],
];

export const ociImages: Case[] = [...asBoth('lists', rows), ...cases('oci: archives as such', 'image', archives)];
