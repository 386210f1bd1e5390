import { gzipSync } from 'node:zlib';
import { archive, block, END } from '../tar/blocks.ts';
import { type Case, cases, either, type Row, refused, taken } from './case.ts';
import { digest, mayBeLayer, missing, named } from './image-words.ts';
import { configOf, docked, docker, entryOf, one, packed, sha256, two } from './images.ts';

/* docker archives that are wrong: what is missing, what is another, what leads outside. */

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
    { but: { push: either(/cut off/), index: either(/cut off/), 'image --base': either(/cut off/) } },
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
  [
    'a layer where an image should be',
    () => one,
    refused(/not an image/),
    'contract',
    { but: { inspect: taken(), 'diff images': refused(/layer/) } },
  ],
  [
    'a layer in gzip where an image should be',
    () => gzipSync(one),
    refused(/not an image/),
    'contract',
    { but: { inspect: taken(), 'diff images': refused(/layer/) } },
  ],
];

export const wrongDockerImages: Case[] = cases('docker: wrong', 'image', wrong);
