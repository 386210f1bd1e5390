import { gzipSync } from 'node:zlib';
import { archive, block, END, file, octal } from '../tar/blocks.ts';
import { type Case, cases, either, joined, type Row, refused, repeated, taken } from './case.ts';
import { asGzip, asZstd } from './frames.ts';
import { good, mistaken } from './image-words.ts';
import { configOf, docked, docker, entryOf, one, packed, sha256, two } from './images.ts';

/*
 * docker archives as they may be, large ones, and layers where images should be. What must happen is what `docker load`,
 * crane and skopeo do.
 */

const right: Row[] = [
  ['a docker archive', docked([one, two]), good, 'docker load'],
  ['a docker archive of no layers', docked([]), good, 'docker load'],
  ['a docker archive, its manifest first', () => packed(docker([one]).toReversed()), good, 'docker load'],
  ['a docker archive with gzip in it', docked([gzipSync(one)]), good, 'docker load'],
  ['a docker archive in gzip', () => asGzip(packed(docker([one]))), good, 'docker load'],
  ['a docker archive in zstd', () => asZstd(packed(docker([one]))), good, 'podman load'],
  ['one layer twice', docked([one, one], { paths: ['0/layer.tar', '0/layer.tar'] }), good, 'docker load'],
  [
    'a layer that is a symlink to another',
    docked([one], {
      config: configOf([one, one]),
      paths: ['0/layer.tar', 'b/layer.tar'],
      more: [['b/layer.tar', { link: '../0/layer.tar' }]],
    }),
    good,
    'docker save of old',
  ],
  [
    'a layer that is a hard link to another',
    docked([one], {
      config: configOf([one, one]),
      paths: ['0/layer.tar', 'b/layer.tar'],
      more: [['b/layer.tar', { hard: '0/layer.tar' }]],
    }),
    good,
    'docker load',
  ],
  [
    'names with ./ in front',
    () => packed(docker([one]).map(([name, content]) => [`./${name}`, content])),
    good,
    'docker load',
  ],
  [
    'no names of its own',
    docked([one], {
      manifest: [{ Config: `${sha256(configOf([one]))}.json`, RepoTags: null, Layers: ['0/layer.tar'] }],
    }),
    good,
    'docker save of an id',
  ],
  [
    'files of other formats',
    docked([one], {
      more: [
        ['repositories', '{}'],
        ['0/VERSION', '1.0'],
        ['0/json', '{}'],
      ],
    }),
    good,
    'docker load',
  ],
  [
    'a config that has more than is known',
    docked([one], { config: configOf([one], { 'x-unknown': { deep: [1] }, container_config: {} }) }),
    good,
    'docker load',
  ],
  [
    'a name for the config that is no digest',
    docked([one], {
      manifest: [{ Config: 'config.json', Layers: ['0/layer.tar'] }],
      more: [['config.json', configOf([one])]],
    }),
    good,
    'docker load',
  ],
  [
    'a member twice, the last one right',
    () => packed([['0/layer.tar', two], ...docker([one])]),
    either(/twice|digest|diff_id/),
    'docker takes the last',
  ],
];

const large: Row[] = [
  [
    'a config of 64 MB',
    () => {
      const config = configOf([one], { comment: 'x'.repeat(64_000_000) });
      return packed(docker([one], { config }));
    },
    refused(/larger|limit|8|MiB|JSON|bytes/),
    'issue: inspect takes it',
  ],
  [
    'a manifest of 64 MB',
    docked([one], { manifest: `[${' '.repeat(64_000_000)}]` }),
    refused(/larger|limit|8|MiB|bytes/),
    'ENGINEERING: JSON of 8 MiB',
  ],
  [
    '20,000 layers',
    () => {
      const config = configOf([one]);
      const diff_ids = Array.from({ length: 20_000 }, () => `sha256:${sha256(one)}`);
      const all = JSON.stringify({ ...(JSON.parse(config) as object), rootfs: { type: 'layers', diff_ids } });
      return packed([
        ['l', one],
        ['c', all],
        ['manifest.json', JSON.stringify([{ Config: 'c', Layers: diff_ids.map(() => 'l') }])],
      ]);
    },
    either(/too many|layers/),
    'docker refuses over 127',
    // Without a blob of an image's name it is a layer.
    { but: { 'diff images': either() } },
  ],
  [
    '100,000 files besides',
    () =>
      joined(
        ...[...docker([one])].map(([name, content]) => entryOf(name, content)),
        repeated(file('', { name: 'x' }), 100_000),
        END,
      ),
    good,
    'docker load',
  ],
  [
    'a layer of 60 MB in gzip',
    () => {
      const layer = archive(
        block({ name: 'x', size: octal(60 * 1024 * 1024, 12) }),
        Buffer.alloc(60 * 1024 * 1024, 'noise of a kind'),
      );
      return packed(docker([gzipSync(layer, { level: 0 })], { config: configOf([layer]) }));
    },
    good,
    'issue: push takes too much memory',
    { honest: 130_000_000 },
  ],
];

const swapped: Row[] = [
  [
    'a docker archive where a layer should be',
    docked([one]),
    mistaken,
    'contract',
    { but: { inspect: taken(), 'inspect --sbom': taken(), 'inspect --list': either(/image/) } },
  ],
  [
    'a docker archive in gzip where a layer should be',
    () => gzipSync(packed(docker([one]))),
    mistaken,
    'contract',
    { but: { inspect: taken(), 'inspect --sbom': taken(), 'inspect --list': either(/image/) } },
  ],
  [
    'a layer with a manifest.json in it',
    () => archive(file('{}', { name: 'manifest.json' }), file('x', { name: 'y' })),
    taken({ entries: ['manifest.json', 'y'] }),
    'any',
    { but: { inspect: either(/image|manifest/), 'diff layers': either(/image|manifest/) } },
  ],
];

export const dockerImages: Case[] = [
  ...cases('docker: right', 'image', right),
  ...cases('docker: large', 'image', large),
  ...cases('docker: for a layer', 'layer', swapped),
];
