import assert from 'node:assert/strict';
import test from 'node:test';
import { InputError } from '../../lib/errors.ts';
import { sha256 } from '../entries.ts';
import { configOf, dockerArchive, files, ociFiles } from './archive.ts';
import { given, one, two } from './given.ts';

const bad: [what: string, base: () => Buffer, words: RegExp][] = [
  [
    'a wrong diff_id',
    () => dockerArchive({ layers: [one] }, { config: configOf({ layers: [two] }) }),
    /the diff_id of layer 1 should be sha256:.* and is sha256:/,
  ],
  [
    'too few diff_ids',
    () => dockerArchive({ layers: [one] }, { config: configOf({ layers: [] }) }),
    /has 1 layers, and its config lists 0 diff_ids/,
  ],
  [
    'a layer that is missing',
    () => dockerArchive({ layers: [one] }, { layers: ['gone/layer.tar'] }),
    /names gone\/layer\.tar, which is missing/,
  ],
  [
    'a config that is missing',
    () => dockerArchive({ layers: [one] }, { manifest: [{ Config: 'x', Layers: [] }] }),
    /names x, which is missing/,
  ],
  ['a config that is not JSON', () => dockerArchive({ layers: [one] }, { config: 'nope' }), /is not JSON/],
  [
    'a config under a wrong digest',
    () =>
      files(
        ['0.tar', one],
        [`${'0'.repeat(64)}.json`, configOf({ layers: [one] })],
        ['manifest.json', JSON.stringify([{ Config: `${'0'.repeat(64)}.json`, Layers: ['0.tar'] }])],
      ),
    /should be sha256:0000/,
  ],
  [
    'a layer under a wrong digest',
    () =>
      files(
        [`${'0'.repeat(64)}.tar`, one],
        ['c', configOf({ layers: [one] })],
        ['manifest.json', JSON.stringify([{ Config: 'c', Layers: [`${'0'.repeat(64)}.tar`] }])],
      ),
    /should be sha256:0000/,
  ],
  [
    'several images',
    () =>
      dockerArchive(
        { layers: [] },
        {
          manifest: [
            { Config: 'a', RepoTags: ['a:1'], Layers: [] },
            { Config: 'b', RepoTags: ['b:1'], Layers: [] },
          ],
        },
      ),
    /holds several images: a:1, b:1/,
  ],
  [
    'several images of one platform',
    () => files(...ociFiles([{ layers: [one] }, { layers: [two] }])),
    /holds several images/,
  ],
  [
    'several images without platforms',
    () => files(...ociFiles([{ layers: [one] }, { layers: [two] }], { platform: false })),
    /holds several images/,
  ],
  ['no image at all', () => files(['index.json', '{"manifests":[]}']), /lists no image/],
  ['an empty docker manifest', () => files(['manifest.json', '[]']), /does not name a config/],
  [
    'a blob that is damaged',
    () =>
      files(
        ...ociFiles([{ layers: [one] }]).map(
          ([name, content]) => [name, name.endsWith(sha256(one)) ? two : content] as const,
        ),
      ),
    /should be sha256:|has [0-9]+ bytes/,
  ],
  [
    'a blob of another size',
    () =>
      files(
        ...ociFiles([{ layers: [one] }]).map(
          ([name, content]) => [name, name.endsWith(sha256(one)) ? one.subarray(0, 512) : content] as const,
        ),
      ),
    /has 512 bytes, and its descriptor says/,
  ],
  [
    'a blob that is missing',
    () => files(...ociFiles([{ layers: [one] }]).filter(([name]) => !name.endsWith(sha256(one)))),
    /which is missing/,
  ],
  [
    'a digest that climbs out',
    () =>
      files(...ociFiles([{ layers: [] }], { manifest: { layers: [{ digest: 'sha256:../../etc/passwd', size: 1 }] } })),
    /not sha256/,
  ],
  [
    'a link that leads to itself',
    () =>
      files(
        ['l', { link: 'l' }],
        ['c', configOf({ layers: [one] })],
        ['manifest.json', JSON.stringify([{ Config: 'c', Layers: ['l'] }])],
      ),
    /leads nowhere/,
  ],
  [
    'an artifact',
    () =>
      files(
        ...ociFiles([{ layers: [] }], {
          manifest: { config: { mediaType: 'application/vnd.cncf.helm', digest: `sha256:${'0'.repeat(64)}`, size: 1 } },
        }),
      ),
    /artifact/,
  ],
  ['an archive that is cut off', () => dockerArchive({ layers: [one] }).subarray(0, 1500), /cut off/],
];
for (const [what, base, words] of bad) {
  test(`refuses a base: ${what}`, async (t) => {
    const { make } = await given(t, { 'bad.tar': base() });
    await assert.rejects(make('--base', 'bad.tar', 'one.tar'), (error) => {
      assert.ok(error instanceof InputError, `${error}`);
      assert.match(error.message, words);
      return true;
    });
  });
}
