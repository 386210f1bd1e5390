import { type Case, cases, either, type Row, refused } from './case.ts';
import { data, good, init, leaves, named, of, points, record, rows, script } from './wheel-words.ts';
import { rowOf } from './zips.ts';

/* Where the files of wheels want to go, and what RECORD says of them. */

const places: Row[] = [
  ['..', data('../evil'), leaves, 'pip'],
  ['.. further in', data('demo/../../evil'), leaves, 'pip'],
  ['.. that stays inside', data('demo/../x.py'), either(/leaves|\.\./), 'pip takes it'],
  ['an absolute name', data('/etc/evil'), leaves, 'contract'],
  ['a drive', data('C:/evil'), either(/leaves|name/), 'pip on Linux takes it'],
  ['backslashes', data('..\\..\\evil'), either(/leaves|name/), 'pip on Linux takes it'],
  ['.. in .data', data('demo-1.0.data/data/../../../evil'), leaves, 'pip'],
  ['a folder beside the right one', data('demo-1.0.data/purelib/../site-packages-evil/x'), leaves, 'contract'],
  ['a script that leaves', data('demo-1.0.data/scripts/../evil'), leaves, 'pip'],
  ['an unknown folder of .data', data('demo-1.0.data/stdlib/x'), refused(/folder|stdlib/), 'pip'],
  ['a file in .data itself', data('demo-1.0.data/x'), refused(/folder|data/), 'pip'],
  [
    'two files for one place',
    of({
      files: [
        { name: 'x.py', content: '1' },
        { name: 'demo-1.0.data/purelib/x.py', content: '2' },
      ],
    }),
    refused(/two|x\.py/),
    'contract',
  ],
  ['a NUL in a name', data('demo/a\0b'), refused(/NUL/), 'contract'],
  ['a script that leaves, by an entry point', script('../../evil = demo:f'), refused(/script|entry/), 'contract'],
  ['an entry point with a slash', script('a/b = demo:f'), refused(/script|entry/), 'contract'],
  ['an entry point that is ..', script('.. = demo:f'), refused(/script|entry/), 'contract'],
  ['an entry point that calls nothing', script('run = demo'), refused(/call|entry/), 'pip: MissingCallableSuffix'],
  ['code in an entry point', script('run = demo:f();import os'), refused(/call|entry/), 'contract'],
  ['a line feed in an entry point', script('run = demo:f\r__import__("os")'), either(/call|entry/), 'contract'],
  ['an entry point of 300 bytes', script(`${'n'.repeat(300)} = demo:f`), refused(/long|255|name/), 'Linux: NAME_MAX'],
  [
    '50,000 entry points',
    points(`[console_scripts]\n${Array.from({ length: 50_000 }, (_, at) => `r${at} = demo:f`).join('\n')}\n`),
    refused(/more than 10000 programs/),
    'pip takes it',
  ],
  ['a section of a million brackets', points(`[x${'['.repeat(1_000_000)}y]\nr = demo:f\n`), good, 'pip takes it'],
];

const records: Row[] = [
  ['a wrong digest', rows(() => rowOf(init, 'x = 2\n')), record, 'contract'],
  ['a wrong size', rows(([path, digest]) => [path, digest, '7']), record, 'contract'],
  ['a size that is no number', rows(([path, digest]) => [path, digest, '6 ']), record, 'contract'],
  ['a file that is not listed', rows(() => undefined), record, 'contract'],
  ['a row without a file', of({ record: (list) => [...list, rowOf('ghost.py', '')] }), record, 'contract'],
  [
    'a row of a file that is outside',
    of({ record: (list) => [...list, rowOf('../../../etc/passwd', '')] }),
    record,
    'contract',
  ],
  ['md5', rows(() => rowOf(init, 'x = 1\n', 'md5')), record, 'contract'],
  ['sha1', rows(() => rowOf(init, 'x = 1\n', 'sha1')), record, 'contract'],
  ['an algorithm that nobody has', rows(([path]) => [path, 'sha257=AAAA', '6']), record, 'contract'],
  ['no digest', rows(([path, , size]) => [path, '', size]), record, 'contract'],
  [
    'a digest of 500,000 times =',
    rows(([path, , size]) => [path, `sha256=${'='.repeat(500_000)}x`, size]),
    record,
    'issue: quadratic',
  ],
  ['a digest with = behind', rows(([path, digest, size]) => [path, `${digest}=`, size]), good, 'pip'],
  ['a row twice', of({ record: (list) => [...list, list[0]!] }), either(/RECORD/), 'pip takes it'],
  ['a row twice, and differently', of({ record: (list) => [...list, rowOf(init, 'y')] }), record, 'contract'],
  ['rows of one column', of({ recordText: `${init}\n` }), record, 'contract'],
  ['a quote without an end', of({ recordText: `"${init},sha256=x,6\n` }), record, 'contract'],
  ['RECORD of NULs', of({ recordText: '\0'.repeat(1000) }), record, 'contract'],
  ['RECORD that is empty', of({ recordText: '' }), record, 'contract'],
  [
    'RECORD of 40 MB',
    of({ recordText: 'x,,\n'.repeat(10_000_000) }),
    refused(/RECORD|larger|limit/),
    'contract: bounded',
    { honest: 40_000_000 },
  ],
];

export const wheelPlaces: Case[] = named([
  ...cases('wheel: places', 'wheel', places),
  ...cases('wheel: RECORD', 'wheel', records),
]);
