import { archive, block, END, file, GNU, long, pax } from '../tar/blocks.ts';
import { deep, deepPath, link, many, noise, slashes, x } from './budget-words.ts';
import { type Case, cases, either, joined, type Row, repeated, taken } from './case.ts';

/* Paths that are long, deep or lead through links, and marks and links without number. */

const paths: Row[] = [
  [
    'a name of 900,000 slashes',
    () => archive(pax([['path', slashes(900_000)]]), x),
    either(/long|4,?096/, { entries: ['x'] }),
    'issue: 861 bytes, 33 s',
  ],
  [
    'a directory of 900,000 slashes behind',
    () => archive(pax([['path', `x${'/'.repeat(900_000)}`]]), block({ flag: '5' })),
    either(/long|4,?096/, { entries: ['x/'] }),
    'issue: quadratic',
  ],
  [
    'a name of 900,000 dots',
    () => archive(pax([['path', './'.repeat(450_000)]]), x),
    either(/long|4,?096|root/),
    'issue: quadratic',
  ],
  [
    'a target of 900,000 slashes',
    () => archive(pax([['linkpath', slashes(900_000)]]), block({ name: 'x', flag: '2' })),
    either(/long|4,?09/),
    'issue: quadratic',
  ],
  [
    'an owner of 900,000 bytes',
    () => archive(pax([['uname', noise.slice(0, 900_000)]]), x),
    either(/long|name|owner/),
    'Linux: 32',
  ],
  [
    '20,000 files through a symlink of 2,000 steps',
    () => joined(link('s', `${'a/'.repeat(2000)}a`), many(20_000, (at) => block({ name: `s/${at}` }))()),
    taken(),
    'issue: 1 MB, 15 s',
    { honest: 200_000_000 },
  ],
  [
    '2,000 files through a symlink deep below',
    () =>
      joined(
        deep(deepPath, { flag: '5' }),
        deep(`${deepPath}s`, { flag: '2', linkname: 't' }),
        many(2000, (at) => deep(`${deepPath}s/${at}`))(),
      ),
    taken(),
    'GNU tar',
  ],
  [
    '8,000 files through a symlink of 1,300 steps up, deep below',
    () =>
      joined(
        deep('d/'.repeat(1300), { flag: '5' }),
        long('L', `${'d/'.repeat(1300)}s`),
        long('K', `${'../'.repeat(1300)}t`),
        block({ flag: '2', magic: GNU }),
        many(8000, (at) => deep(`${'d/'.repeat(1300)}s/${at}`))(),
      ),
    taken(),
    'issue: 725 KB, 37 s',
  ],
  [
    '300 files through a symlink of 400,000 steps',
    () => joined(link('s', `${'a/'.repeat(400_000)}a`), many(300, (at) => block({ name: `s/${at}` }))()),
    either(/long|4,?095|symlink|target/),
    'issue: 1 MB, 15 s',
  ],
  ['a directory of 2,000 levels', () => archive(deep('d/'.repeat(2000), { flag: '5' })), taken(), 'Linux'],
  ['100,000 files in a directory', many(100_000, (at) => block({ name: `d/${at}` })), taken(), 'GNU tar'],
  [
    '20,000 directories, each in its own',
    many(1000, (at) => deep('d/'.repeat(at + 1), { flag: '5' })),
    taken(),
    'GNU tar',
  ],
];

const marks: Row[] = [
  [
    '20,000 files and as many opaque whiteouts',
    function* () {
      for (let at = 0; at < 20_000; at++) yield block({ name: `d/${at}` });
      yield* repeated(block({ name: 'd/.wh..wh..opq' }), 20_000);
      yield END;
    },
    taken({ has: ['d/.wh..wh..opq', 'd/1'] }),
    'docker',
  ],
  [
    '40,000 hard links that wait for each other',
    many(40_001, (at) =>
      at < 40_000 ? block({ flag: '1', name: `${at}`, linkname: `${at + 1}` }) : block({ name: '.wh.40000' }),
    ),
    taken(),
    'contract',
  ],
  [
    '40,000 hard links to a file that is removed',
    many(40_001, (at) => (at < 40_000 ? block({ flag: '1', name: `${at}`, linkname: 'x' }) : block({ name: '.wh.x' }))),
    taken(),
    'contract',
  ],
  [
    '2,000 hard links from deep below to files that are replaced',
    many(4000, (at) =>
      at < 2000 ? deep(`${deepPath}${at}`, { flag: '1', linkname: `f${at}` }) : block({ name: `f${at - 2000}` }),
    ),
    taken(),
    'issue: every prefix hashed, 33 s',
  ],
  [
    '40,000 hard links in a row',
    many(40_000, (at) =>
      at === 0 ? block({ name: '0' }) : block({ flag: '1', name: `${at}`, linkname: `${at - 1}` }),
    ),
    taken(),
    'GNU tar',
  ],
  [
    '40,000 symlinks in a row',
    many(40_000, (at) => block({ flag: '2', name: `${at}`, linkname: `${at + 1}` })),
    taken(),
    'GNU tar',
  ],
  [
    '20,000 files of one name',
    many(20_000, () => file('again', { name: 'x' })),
    taken({ entries: ['x'] }),
    'contract: the last',
  ],
];

export const budgetPaths: Case[] = [
  ...cases('budget: paths', 'layer', paths),
  ...cases('budget: marks and links', 'layer', marks),
];
