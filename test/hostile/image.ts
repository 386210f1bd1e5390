import { gzipSync } from 'node:zlib';
import { archive, block, END, file, octal } from '../tar/blocks.ts';
import { type Case, cases, either, joined, type Row, refused, repeated, taken } from './case.ts';
import { asGzip, asZstd } from './frames.ts';
import { configOf, docked, docker, entryOf, one, packed, sha256, two } from './images.ts';

/*
 * docker archives: what names what, links between layers, digests as names, and layers where images should be. What
 * must happen is what `docker load`, crane and skopeo do.
 */

const good = taken();
const named = (path: string) => [{ Config: `${sha256(configOf([one]))}.json`, Layers: [path] }];
const missing = refused(/missing|no such|not in|names/);
const digest = refused(/should be|digest|diff_id|damaged/);

/** Without a blob of an image's name it is a layer to inspect. */
const mayBeLayer = { but: { inspect: either() } };

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

const wrong: Row[] = [
  ['a wrong diff_id', docked([one], { config: configOf([two]) }), digest, 'docker load'],
  ['layers in another order', docked([one, two], { config: configOf([two, one]) }), digest, 'docker load'],
  ['too few diff_ids', docked([one], { config: configOf([]) }), refused(/layers|diff_ids/), 'docker load'],
  ['too many diff_ids', docked([one], { config: configOf([one, two]) }), refused(/layers|diff_ids/), 'docker load'],
  [
    'diff_ids that are no list',
    docked([one], { config: configOf([one], { rootfs: { diff_ids: 'all' } }) }),
    refused(/layers|diff_ids/),
    'docker load',
  ],
  [
    'diff_ids that are no strings',
    docked([one], { config: configOf([one], { rootfs: { diff_ids: [7] } }) }),
    refused(/layers|diff_ids/),
    'docker load',
  ],
  ['a layer that is missing', docked([one], { paths: ['gone/layer.tar'] }), missing, 'docker load'],
  [
    'a config that is missing',
    docked([one], { manifest: [{ Config: 'gone', Layers: ['0/layer.tar'] }] }),
    missing,
    'docker load',
  ],
  [
    'a layer outside of the archive',
    docked([one], { manifest: named('../../../../etc/passwd') }),
    missing,
    'docker: breakout',
  ],
  ['a layer by an absolute path', docked([one], { manifest: named('/etc/passwd') }), missing, 'docker: breakout'],
  [
    'a layer behind a symlink that climbs',
    docked([], { config: configOf([one]), manifest: named('l'), more: [['l', { link: '../../../../etc/passwd' }]] }),
    missing,
    'docker: breakout',
  ],
  [
    'a layer behind an absolute symlink',
    docked([], { config: configOf([one]), manifest: named('l'), more: [['l', { link: '/etc/passwd' }]] }),
    missing,
    'docker: breakout',
  ],
  [
    'a layer that is a symlink to itself',
    docked([], { config: configOf([one]), manifest: named('l'), more: [['l', { link: 'l' }]] }),
    refused(/link|nowhere|missing/),
    'docker load',
  ],
  [
    'a layer behind a hundred symlinks',
    docked([], {
      config: configOf([one]),
      manifest: named('l0'),
      more: Array.from({ length: 100 }, (_, at): [string, { link: string }] => [`l${at}`, { link: `l${at + 1}` }]),
    }),
    refused(/link|nowhere|missing/),
    'Linux',
  ],
  [
    'a layer that is a directory',
    () =>
      archive(
        block({ name: 'd/', flag: '5' }),
        entryOf('c', configOf([one])),
        entryOf('manifest.json', JSON.stringify([{ Config: 'c', Layers: ['d'] }])),
      ),
    refused(/missing|not a file|directory/),
    'docker load',
    mayBeLayer,
  ],
  [
    'a layer that is a device',
    () =>
      archive(
        block({ name: 'l', flag: '3' }),
        entryOf('c', configOf([one])),
        entryOf('manifest.json', JSON.stringify([{ Config: 'c', Layers: ['l'] }])),
      ),
    refused(/missing|not a file|device/),
    'docker load',
    mayBeLayer,
  ],
  [
    'a layer that is text',
    docked([Buffer.from('hello\n'.repeat(200))]),
    refused(/tar/),
    'docker load',
    { but: { push: either(/tar/), 'image --base': either(/tar/) } },
  ],
  [
    'a layer that is cut off',
    docked([one.subarray(0, 700)]),
    refused(/cut off/),
    'docker load',
    { but: { push: either(/cut off/), 'image --base': either(/cut off/) } },
  ],
  [
    'a layer under the name of another digest',
    () =>
      packed([
        ['c', configOf([one])],
        [`${'0'.repeat(64)}.tar`, one],
        ['manifest.json', JSON.stringify([{ Config: 'c', Layers: [`${'0'.repeat(64)}.tar`] }])],
      ]),
    digest,
    'contract: names are digests',
  ],
  [
    'a config under the name of another digest',
    () =>
      packed([
        [`${'0'.repeat(64)}.json`, configOf([one])],
        ['l', one],
        ['manifest.json', JSON.stringify([{ Config: `${'0'.repeat(64)}.json`, Layers: ['l'] }])],
      ]),
    digest,
    'contract: names are digests',
  ],
  [
    'gzip in it that is damaged',
    docked([gzipSync(one)], { config: configOf([one]), more: [['0/layer.tar', gzipSync(one).subarray(0, -4)]] }),
    refused(/gzip|cut off|damaged|twice/),
    'docker load',
  ],
  [
    'several images',
    docked([one], {
      manifest: [
        { Config: 'a', RepoTags: ['a:1'], Layers: [] },
        { Config: 'b', RepoTags: ['b:1'], Layers: [] },
      ],
    }),
    refused(/several/),
    'crane: wants a tag',
  ],
  ['no image', docked([one], { manifest: [] }), refused(/manifest\.json|no image/), 'docker load'],
  [
    'a manifest without layers',
    docked([one], { manifest: [{ Config: 'c' }] }),
    refused(/manifest\.json/),
    'docker load',
  ],
  ['a manifest that is an object', docked([one], { manifest: {} }), refused(/manifest\.json/), 'docker load'],
  ['a manifest that is not JSON', docked([one], { manifest: '[{' }), refused(/JSON/), 'docker load'],
  [
    'a manifest that is a symlink to itself',
    () =>
      packed([
        ['manifest.json', { link: 'manifest.json' }],
        ['0/layer.tar', one],
      ]),
    refused(/link|nowhere|image/),
    'docker load',
    mayBeLayer,
  ],
  [
    'a tag with escape sequences',
    docked([one], {
      manifest: [
        { Config: `${sha256(configOf([one]))}.json`, RepoTags: ['\x1b[31mred\x9b2J'], Layers: ['0/layer.tar'] },
      ],
    }),
    either(/tag|name/),
    'docker refuses',
  ],
  ['a missing layer with escape sequences', docked([one], { paths: ['\x1b]0;owned\x07'] }), missing, 'docker load'],
  ['cut off in a layer', () => packed(docker([one])).subarray(0, 1500), refused(/cut off/), 'GNU tar'],
  ['cut off before its end', () => packed(docker([one])).subarray(0, -1024), refused(/cut off/), 'contract'],
  ['in gzip, cut off', () => gzipSync(packed(docker([one]))).subarray(0, -6), refused(/cut off|gzip/), 'gzip'],
  ['an archive of nothing', () => END, refused(/image/), 'docker load', mayBeLayer],
  ['nothing', () => Buffer.alloc(0), refused(/empty/), 'docker load'],
  ['text', () => Buffer.from('hello\n'.repeat(200)), refused(/not a tar/), 'docker load'],
  ['a layer where an image should be', () => one, refused(/not an image/), 'contract', { but: { inspect: taken() } }],
  [
    'a layer in gzip where an image should be',
    () => gzipSync(one),
    refused(/not an image/),
    'contract',
    { but: { inspect: taken() } },
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

/** The other way round: an image where a layer should be. */
const mistaken = refused(/image/);
const swapped: Row[] = [
  [
    'a docker archive where a layer should be',
    docked([one]),
    mistaken,
    'contract',
    { but: { inspect: taken(), 'inspect --list': either(/image/) } },
  ],
  [
    'a docker archive in gzip where a layer should be',
    () => gzipSync(packed(docker([one]))),
    mistaken,
    'contract',
    { but: { inspect: taken(), 'inspect --list': either(/image/) } },
  ],
  [
    'a layer with a manifest.json in it',
    () => archive(file('{}', { name: 'manifest.json' }), file('x', { name: 'y' })),
    taken({ entries: ['manifest.json', 'y'] }),
    'any',
    { but: { inspect: either(/image|manifest/) } },
  ],
];

export const dockerImages: Case[] = [
  ...cases('docker: right', 'image', right),
  ...cases('docker: wrong', 'image', wrong),
  ...cases('docker: large', 'image', large),
  ...cases('docker: for a layer', 'layer', swapped),
];
