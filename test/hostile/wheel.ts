import { type Case, cases, either, type Must, type Row, refused, taken } from './case.ts';
import {
  data,
  good,
  init,
  metadata,
  named,
  of,
  other,
  packages,
  points,
  record,
  rows,
  script,
  tagged,
} from './wheel-words.ts';
import { rowOf, TAGS } from './zips.ts';

/*
 * Wheels that are good zip archives, and what their metadata says. What must happen is what pip 23 does, and what CLI.md
 * adds to it.
 */

const right: Row[] = [
  ['a wheel', of({}), good, 'pip'],
  [
    'a name with dashes and dots',
    of({ project: 'De_Mo', metadata: 'Name: de.mo\nVersion: 1.0\n' }),
    good,
    'pip',
    { fileName: 'De_Mo-1.0-py3-none-any.whl' },
  ],
  [
    'a blank line before the tags, as ninja has it',
    of({
      wheel:
        'Wheel-Version: 1.0\nGenerator: skbuild 0.17.6\nRoot-Is-Purelib: true\n\nTag: py2-none-any\nTag: py3-none-any\n',
    }),
    good,
    'issue: pip goes by the file name',
  ],
  ['lines of Windows in WHEEL', of({ wheel: TAGS.replaceAll('\n', '\r\n') }), good, 'pip'],
  ['Root-Is-Purelib in another case', of({ wheel: TAGS.replace('true', 'TRUE') }), good, 'pip'],
  ['Wheel-Version 1.9', of({ wheel: TAGS.replace('1.0', '1.9') }), good, 'pip warns'],
  ['several tags in one', tagged('py2.py3-none-any'), good, 'pip', { fileName: 'demo-1.0-py2.py3-none-any.whl' }],
  ['a build number', of({ wheel: `${TAGS}Build: 1\n` }), good, 'pip', { fileName: 'demo-1.0-1-py3-none-any.whl' }],
  ['a local version', of({ version: '1.0+local.7' }), good, 'pip', { fileName: 'demo-1.0+local.7-py3-none-any.whl' }],
  ['Requires-Python that holds', metadata('Requires-Python: >=3.8,<4'), good, 'pip'],
  ['a project of one letter', of({ project: 'x' }), good, 'pip', { fileName: 'x-1.0-py3-none-any.whl' }],
  ['entry points with extras', script('run = demo.cli:main [fast]'), taken({ has: ['usr/local/bin/run'] }), 'pip'],
  ['entry points in sections that are not known', points('[other]\n../../x = a:b\n'), good, 'pip'],
  [
    'one name as console and graphical script',
    points('[console_scripts]\nrun = demo:a\n[gui_scripts]\nrun = demo:b\n'),
    taken({ has: ['usr/local/bin/run'] }),
    'issue: one row in RECORD',
  ],
  [
    'quoted rows',
    of({
      files: [
        { name: init, content: 'x' },
        { name: 'demo/a,b.py', content: 'x' },
        { name: 'demo/"q".py', content: 'x' },
      ],
    }),
    good,
    'pip',
  ],
  ['sha512', rows(() => rowOf(init, 'x = 1\n', 'sha512')), good, 'PEP 376'],
  ['no sizes', of({ record: (list) => list.map(([path, digest]) => [path, digest, '']) }), good, 'pip'],
  ['lines of Windows in RECORD', of({ recordEnd: '\r\n' }), good, 'pip'],
  [
    'a script for Python',
    data('demo-1.0.data/scripts/run', { content: '#!python\nimport demo\n', mode: 0o100755 }),
    taken({ has: ['usr/local/bin/run'] }),
    'pip',
  ],
  [
    'headers',
    data('demo-1.0.data/headers/demo.h'),
    taken({ has: ['usr/local/include/python3.12/demo/demo.h'] }),
    'pip',
  ],
  ['data', data('demo-1.0.data/data/share/demo/x'), taken({ has: ['usr/local/share/demo/x'] }), 'pip'],
  [
    'names of JavaScript',
    of({
      files: [
        { name: init, content: 'x' },
        { name: '__proto__/constructor.py', content: 'x' },
      ],
    }),
    good,
    'any',
  ],
  ['a name with escape sequences', data('demo/\x1b[31mx.py'), either(/name|control/), 'pip takes it'],
  [
    'a mode of a symlink',
    data(init, { mode: 0o120777 }),
    taken({ facts: { [`${packages}/${init}`]: { type: 'file', mode: 0o644 } } }),
    'pip',
  ],
  [
    'a mode with setuid',
    data(init, { mode: 0o104755 }),
    taken({ facts: { [`${packages}/${init}`]: { mode: 0o755 } } }),
    'pip',
  ],
];

const strangers: Row[] = [
  ['no dist-info', of({ members: (list) => list.slice(0, 1) }), refused(/dist-info/), 'pip'],
  [
    'two dist-infos',
    of({ files: [{ name: 'other-2.dist-info/METADATA', content: 'x' }] }),
    refused(/dist-info/),
    'pip',
  ],
  ['the dist-info of another project', of({ project: 'other' }), refused(/other|name/), 'issue: pip', { but: other }],
  ['the dist-info of another version', of({ version: '2.0' }), either(/version|2\.0/), 'pip takes it', { but: other }],
  ['METADATA of another project', of({ metadata: 'Name: other\nVersion: 1.0\n' }), refused(/other/), 'contract'],
  [
    'METADATA of another version',
    of({ metadata: 'Name: demo\nVersion: 3.0\n' }),
    either(/version|3\.0/i),
    'pip takes it',
  ],
  ['METADATA without a name', of({ metadata: 'Metadata-Version: 2.1\n' }), refused(/METADATA|project|[Nn]ame/), 'pip'],
  [
    'METADATA that is not UTF-8',
    of({ metadata: Buffer.from('Name: demo\nVersion: 1.0\nSummary: \xff\n', 'latin1') }),
    either(/UTF-8/),
    'pip takes it',
  ],
  [
    'no METADATA',
    of({ members: (list) => list.filter(({ name }) => !name.toString().endsWith('METADATA')) }),
    refused(/METADATA/),
    'pip',
  ],
  [
    'no WHEEL',
    of({ members: (list) => list.filter(({ name }) => !name.toString().endsWith('WHEEL')) }),
    refused(/WHEEL/),
    'pip',
  ],
  [
    'no RECORD',
    of({ members: (list) => list.filter(({ name }) => !name.toString().endsWith('RECORD')) }),
    record,
    'contract',
  ],
  [
    'a project that is ..',
    of({ project: '..', files: [{ name: '..-1.0.data/headers/x.h', content: 'x' }] }),
    refused(/\.\./),
    'issue: writes outside',
  ],
  [
    'a project with a slash, by its name',
    of({ metadata: 'Name: ../../demo\nVersion: 1.0\n' }),
    refused(/demo/),
    'contract',
  ],
  [
    'Requires-Python that excludes the target',
    metadata('Requires-Python: >=3.13'),
    refused(/Requires-Python|3\.13/),
    'issue: pip',
  ],
  [
    'Requires-Python below the target',
    metadata('Requires-Python: <3.8'),
    refused(/Requires-Python|3\.8/),
    'issue: pip',
  ],
  ['Requires-Python that is none', metadata('Requires-Python: whatever'), either(/Requires-Python/), 'pip warns'],
  [
    "a file name that is no wheel's",
    of({}),
    refused(/name|whl/),
    'issue: pip: invalid wheel filename',
    { fileName: 'demo.whl', but: other },
  ],
  [
    'a file name without .whl',
    of({}),
    either(/name|whl|source distribution/),
    'pip',
    { fileName: 'demo-1.0-py3-none-any.zip' },
  ],
  [
    'a file name of another platform',
    of({}),
    refused(/run|win|platform/),
    'pip: not a supported wheel',
    { fileName: 'demo-1.0-cp312-cp312-win_amd64.whl', but: other },
  ],
  ['Wheel-Version 2', of({ wheel: TAGS.replace('1.0', '2.0') }), refused(/Wheel-Version|2\.0/), 'pip'],
  ['Wheel-Version that is none', of({ wheel: TAGS.replace('1.0', 'x') }), refused(/Wheel-Version/), 'pip'],
  ['no Wheel-Version', of({ wheel: 'Root-Is-Purelib: true\nTag: py3-none-any\n' }), refused(/Wheel-Version/), 'pip'],
  [
    'WHEEL of 50 MB',
    of({ wheel: `${TAGS}${'x: y\n'.repeat(10_000_000)}` }),
    refused(/WHEEL|larger|limit/),
    'contract: bounded',
    { honest: 50_000_000 },
  ],
];

const platforms: [tag: string, must: Must][] = [
  ['cp311-cp311-manylinux_2_17_x86_64', refused(/run/)],
  ['py313-none-any', refused(/run/)],
  ['py2-none-any', refused(/run/)],
  ['py3-none-win_amd64', refused(/run/)],
  ['py3-none-macosx_11_0_arm64', refused(/run/)],
  ['pp310-pypy310_pp73-linux_x86_64', refused(/run/)],
  ['cp313-abi3-manylinux_2_17_x86_64', refused(/run/)],
  ['cp312-cp312t-manylinux_2_17_x86_64', either(/run/)],
  ['cp38-abi3-manylinux_2_17_x86_64', good],
  ['cp312-none-any', good],
];

export const wheels: Case[] = named([
  ...cases('wheel: right', 'wheel', right),
  ...cases('wheel: metadata', 'wheel', strangers),
  ...cases(
    'wheel: tags',
    'wheel',
    platforms.map(([tag, must]): Row => [tag, tagged(tag), must, 'pip', { fileName: `demo-1.0-${tag}.whl` }]),
  ),
]);
