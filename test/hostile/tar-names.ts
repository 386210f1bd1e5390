import { archive, block, body, file, GNU, long, octal, pax } from '../tar/blocks.ts';
import { type Case, carried, cases, either, holding, type Row, refused, taken } from './case.ts';

/*
 * Names: long ones in GNU's and in PAX's way, at the limits of Linux and past them, and such as climb, hide or write
 * to a terminal.
 */

const named =
  (name: string, flag = '0') =>
  () =>
    archive(pax([['path', name]]), block({ name: 'x', flag }));
const deep = (size: number) => `${'a/'.repeat(size / 2)}`.slice(0, size - 1).padEnd(size, 'z');
const target = (size: number) => () =>
  archive(
    block({ name: 'd', flag: '5' }),
    long('K', 't/'.repeat(size / 2).padEnd(size, 't')),
    block({ name: 'x', flag: '2', magic: GNU }),
  );
const tooLong = refused(/long|4,?096|4,?095|255/);

const longNames: Row[] = [
  [
    'a long name',
    () => archive(long('L', 'n'.repeat(200)), block({ magic: GNU })),
    holding('n'.repeat(200)),
    'GNU tar',
  ],
  [
    'a long name of a directory',
    () => archive(long('L', `${'n'.repeat(200)}/`), block({ magic: GNU, flag: '5' })),
    holding(`${'n'.repeat(200)}/`),
    'GNU tar',
  ],
  [
    'a long target',
    () => archive(long('K', 't'.repeat(200)), block({ name: 'x', flag: '2', magic: GNU })),
    taken({ entries: ['x'], facts: { x: { target: 't'.repeat(200) } } }),
    'GNU tar',
  ],
  [
    'both',
    () => archive(long('K', 't'.repeat(200)), long('L', 'n'.repeat(200)), block({ flag: '2', magic: GNU })),
    holding('n'.repeat(200)),
    'Go: gnu-long-nul',
  ],
  [
    'a long name without its NUL',
    () => archive(file('n'.repeat(150), { name: '././@LongLink', flag: 'L', magic: GNU }), block({ magic: GNU })),
    holding('n'.repeat(150)),
    'GNU tar',
  ],
  [
    'a long name with bytes behind its NUL',
    () => archive(file('abc\0def\0', { name: '././@LongLink', flag: 'L', magic: GNU }), block({ magic: GNU })),
    holding('abc'),
    'Go: gnu-long-nul.tar',
  ],
  [
    'a long name twice',
    () => archive(long('L', 'first'), long('L', 'second'), block({ magic: GNU })),
    either(/name/, { entries: ['second'] }),
    'GNU tar takes the last',
  ],
  [
    'a long name that is empty',
    () => archive(long('L', ''), block({ name: 'x', magic: GNU })),
    either(/name/, { entries: ['x'] }),
    'Go takes x',
  ],
  [
    'a long name without a body',
    () => archive(block({ name: '././@LongLink', flag: 'L', magic: GNU }), block({ name: 'x', magic: GNU })),
    either(/name/, { entries: ['x'] }),
    'Go takes x',
  ],
  [
    'a long name, and a path of PAX',
    () => archive(long('L', 'gnu'), pax([['path', 'pax']]), block()),
    holding('pax'),
    'bsdtar',
  ],
  [
    'a long name cut off',
    () => archive(block({ flag: 'L', size: octal(9999, 12), magic: GNU }), body('n'.repeat(600))),
    refused(/cut off/),
    'GNU tar',
  ],
  ['a component of 255 bytes', named('n'.repeat(255)), holding('n'.repeat(255)), 'Linux: NAME_MAX'],
  ['a component of 256 bytes', named('n'.repeat(256)), tooLong, 'Linux: NAME_MAX'],
  ['a directory of 256 bytes', named(`${'n'.repeat(256)}/x`), tooLong, 'Linux: NAME_MAX'],
  ['a name of 4,096 bytes', named(deep(4096)), holding(deep(4096)), 'Linux: PATH_MAX'],
  [
    "a name of 4,096 bytes, in GNU's way",
    () => archive(long('L', deep(4096)), block({ magic: GNU })),
    holding(deep(4096)),
    'Linux: PATH_MAX',
  ],
  ['a name of 4,098 bytes', named(deep(4098)), tooLong, 'Linux: PATH_MAX'],
  ['a name of 1,000,000 bytes', named(deep(1_000_000)), tooLong, 'Linux: PATH_MAX'],
  [
    'a name over 1 MiB',
    () => archive(long('L', 'n'.repeat(1 << 20)), block({ magic: GNU })),
    refused(/1 MiB|long/),
    'ENGINEERING',
  ],
  ['a target of 4,095 bytes', target(4095), taken(), 'Linux: PATH_MAX'],
  ['a target of 4,096 bytes', target(4096), tooLong, 'Linux: PATH_MAX'],
  ['a target of 500,000 bytes', target(500_000), tooLong, 'Linux: PATH_MAX'],
  [
    'a hard link to 5,000 bytes',
    () => archive(long('K', 'n'.repeat(5000)), block({ name: 'x', flag: '1' })),
    tooLong,
    'Linux: PATH_MAX',
  ],
];

const odd: Row[] = [
  ['an absolute name', named('/etc/x'), holding('etc/x'), 'contract'],
  ['many slashes', named('//a///b'), holding('a/b'), 'contract'],
  ['dots between', named('./a/./b'), holding('a/b'), 'contract'],
  ['the root', named('./', '5'), holding('./'), 'contract'],
  ['the root by a slash', named('/', '5'), holding('./'), 'contract'],
  ['.. that stays inside', named('a/../b'), holding('b'), 'contract'],
  ['a name of blanks', named('  '), holding('  '), 'GNU tar'],
  ['a backslash', named('a\\b'), holding('a\\b'), 'GNU tar'],
  ['a dash in front', named('-rf'), holding('-rf'), 'GNU tar'],
  ['three dots', named('...'), holding('...'), 'GNU tar'],
  ['escape sequences', named('\x1b]0;owned\x07\x1b[2J'), holding('\x1b]0;owned\x07\x1b[2J'), 'GNU tar escapes'],
  ['a carriage return', named('safe\rEVIL'), holding('safe\rEVIL'), 'GNU tar escapes'],
  ['DEL', named('a\x7fb'), holding('a\x7fb'), 'GNU tar escapes'],
  ['C1 in UTF-8', named('a\xc2\x9b31mb'), holding('a\xc2\x9b31mb'), 'GNU tar escapes'],
  ['C1 as bytes', named('a\x9b31mb'), holding('a\x9b31mb'), 'GNU tar escapes'],
  ['text from right to left', named('a\xe2\x80\xaeb'), holding('a\xe2\x80\xaeb'), 'any'],
  ['UTF-8 that is too long', named('a\xc0\xafb'), holding('a\xc0\xafb'), 'GNU tar'],
  ['half of a surrogate pair', named('a\xed\xa0\x80b'), holding('a\xed\xa0\x80b'), 'GNU tar'],
  [
    'a name composed in two ways',
    () => archive(block({ name: '\xc3\xa9' }), block({ name: 'e\xcc\x81' })),
    holding('e\xcc\x81', '\xc3\xa9'),
    'Linux: two files',
  ],
  [
    'names of JavaScript',
    () =>
      archive(
        block({ name: '__proto__' }),
        block({ name: 'constructor/x' }),
        block({ name: '10' }),
        block({ name: '9' }),
      ),
    holding('10', '9', '__proto__', 'constructor/x'),
    'any',
  ],
  [
    'a name twice',
    () => archive(file('1', { name: 'x' }), file('2', { name: 'x' })),
    taken({ entries: ['x'], facts: { x: { content: '2' } } }),
    'contract: the last',
  ],
  [
    'a name twice, spelled otherwise',
    () => archive(file('1', { name: './x' }), file('2', { name: '/x' })),
    taken({ entries: ['x'], facts: { x: { content: '2' } } }),
    'contract',
  ],
  [
    'escape sequences in an owner',
    () => archive(block({ name: 'x', uname: '\x1b[31m', gname: '\x9b2J' })),
    holding('x'),
    'GNU tar escapes',
  ],
  [
    'escape sequences in a target',
    () => archive(block({ name: 'x', flag: '2', linkname: '\x1b[31m' })),
    holding('x'),
    'GNU tar escapes',
  ],
  [
    'escape sequences in a PAX key',
    () => archive(pax([['V.\x1b[31m', '\x1b[32m']]), block({ name: 'x' })),
    holding('x'),
    'any',
  ],
];

const climbs = refused(/climbs/);
const climbing: Row[] = [
  ['..', named('../x'), climbs, 'contract', { but: carried }],
  ['.. behind a slash', named('/../x'), climbs, 'contract', { but: carried }],
  ['.. further in', named('a/../../x'), climbs, 'contract', { but: carried }],
  ['.. as a directory', named('..', '5'), climbs, 'contract', { but: carried }],
  ['.. with escape sequences', named('../\x1b[31mx'), climbs, 'contract', { but: carried }],
  ['the root as a file', named('.'), refused(/\broot\b/), 'contract', { but: carried }],
  [
    'the root as a symlink',
    () => archive(block({ name: './', flag: '2', linkname: '/tmp' })),
    refused(/\broot\b/),
    'docker',
    { but: carried },
  ],
  [
    'a hard link that climbs',
    () => archive(block({ name: 'x', flag: '1', linkname: '../../etc/passwd' })),
    refused(/root|climbs/),
    'docker load',
    { but: carried },
  ],
  [
    'a hard link to the root',
    () => archive(block({ name: 'x', flag: '1', linkname: '/' })),
    refused(/root|directory|file/),
    'Linux',
    { but: carried },
  ],
  [
    'a symlink that climbs',
    () => archive(block({ name: 'x', flag: '2', linkname: '../../etc/passwd' })),
    holding('x'),
    'docker load',
  ],
];

export const tarNames: Case[] = [
  ...cases('tar: long names', 'layer', longNames),
  ...cases('tar: odd names', 'layer', odd),
  ...cases('tar: names that climb', 'layer', climbing),
];
