import { type Case, cases, either, type Row, refused, taken } from './case.ts';

/* Platform files: YAML that is too much, and keys that say what cannot be. */

const lines = {
  ConsoleShebang: '/usr/bin/python3',
  Scheme:
    '\n  purelib: /usr/lib/python3.12/site-packages\n  platlib: /usr/lib/python3.12/site-packages\n  headers: /usr/include/python3.12\n  scripts: /usr/bin\n  data: /usr',
};

/** A good platform file with these lines changed or added. */
const with_ =
  (change: Record<string, string> = {}) =>
  () =>
    Buffer.from(
      Object.entries({ ...lines, ...change })
        .map(([key, value]) => `${key}: ${value}\n`)
        .join(''),
    );
const text = (yaml: string) => () => Buffer.from(yaml);
const scheme = (key: string, value: string) =>
  with_({ Scheme: lines.Scheme.replace(new RegExp(`${key}: .*`), () => `${key}: ${value}`) });
const good = taken({ has: ['usr/lib/python3.12/site-packages/demo/__init__.py'] });
const yaml = refused(/YAML|mapping|platform file|Scheme|key/);
const laughs = Array.from(
  { length: 12 },
  (_, at) => `a${at + 1}: &a${at + 1} [${Array.from({ length: 9 }, () => `*a${at}`).join(',')}]`,
).join('\n');

const right: Row[] = [
  ['a platform file', with_(), good, 'contract'],
  [
    'JSON',
    () =>
      Buffer.from(
        JSON.stringify({
          ConsoleShebang: '/usr/bin/python3',
          Scheme: {
            purelib: '/usr/lib/python3.12/site-packages',
            platlib: '/p',
            headers: '/h',
            scripts: '/s',
            data: '/d',
          },
        }),
      ),
    good,
    'YAML 1.2',
  ],
  ['lines of Windows', () => Buffer.from(with_()().toString().replaceAll('\n', '\r\n')), good, 'YAML 1.2'],
  ['a BOM', () => Buffer.concat([Buffer.from('\ufeff'), with_()()]), good, 'YAML 1.2'],
  ['a comment and a document mark', () => Buffer.concat([Buffer.from('# mine\n---\n'), with_()()]), good, 'YAML 1.2'],
  ['owners', with_({ UID: '1000', GID: '0', UName: 'me', GName: 'root' }), good, 'contract'],
  ['owners that have no names', with_({ UID: '1000', GID: '1000' }), good, 'contract'],
  ['a command to compile', with_({ PyCompile: '[python3, -m, compileall]' }), good, 'contract'],
];

const wrong: Row[] = [
  ['nothing', text(''), yaml, 'contract'],
  ['a comment alone', text('# nothing\n'), yaml, 'contract'],
  ['a word', text('hello'), yaml, 'contract'],
  ['a list', text('- a\n- b\n'), yaml, 'contract'],
  [
    'bytes of every value',
    () => Buffer.from(Array.from({ length: 512 }, (_, at) => at & 255)),
    refused(/YAML|UTF-8|mapping|platform file/),
    'YAML 1.2',
  ],
  ['a quote without an end', with_({ UName: '"me' }), yaml, 'YAML 1.2'],
  ['tabs', text('Scheme:\n\tpurelib: /x\n'), yaml, 'YAML 1.2'],
  [
    'a key twice',
    () => Buffer.concat([with_()(), Buffer.from('ConsoleShebang: /bin/sh\n')]),
    yaml,
    'YAML 1.2: must be unique',
  ],
  ['two documents', () => Buffer.concat([with_()(), Buffer.from('---\n'), with_()()]), yaml, 'YAML 1.2'],
  ['an alias to nothing', with_({ UName: '*nobody' }), refused(/YAML|alias|name/), 'YAML 1.2'],
  ['an alias to itself', text('a: &a [*a]\n'), yaml, 'YAML 1.2'],
  ['a billion laughs', text(`a0: &a0 x\n${laughs}\n`), yaml, 'yaml: too many aliases'],
  [
    'a billion laughs by merging',
    text(
      `a0: &a0 {x: y}\n${Array.from({ length: 25 }, (_, at) => `a${at + 1}: &a${at + 1} {p: *a${at}, q: *a${at}}`).join('\n')}\n`,
    ),
    yaml,
    'yaml: too many aliases',
  ],
  ['lists, 20,000 deep', text(`x: ${'['.repeat(20_000)}`), refused(/YAML|mapping|Scheme|deep|key|larger/), 'any'],
  [
    'lists, 20,000 deep, that end',
    text(`x: ${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    refused(/YAML|mapping|Scheme|deep|key|larger/),
    'any',
  ],
  [
    'mappings, 5,000 deep',
    text(Array.from({ length: 5000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')),
    refused(/YAML|mapping|Scheme|deep|key|larger/),
    'any',
  ],
  ['dashes, 20,000 deep', text('- '.repeat(20_000)), refused(/YAML|mapping|platform file|deep/), 'any'],
  ['a tag of JavaScript', with_({ UName: '!!js/function "function(){}"' }), either(/YAML|tag|name/), 'js-yaml of old'],
  [
    'a tag of Python',
    with_({ UName: '!!python/object/apply:os.system ["true"]' }),
    refused(/YAML|tag|name/),
    'PyYAML of old',
  ],
  [
    '20 MB',
    () => Buffer.concat([with_()(), Buffer.alloc(20_000_000, '# more\n')]),
    refused(/larger|limit|too|bytes/),
    'contract: bounded',
    { honest: 20_000_000 },
  ],
  [
    '20 MB of keys',
    text(Array.from({ length: 1_500_000 }, (_, at) => `k${at}: v\n`).join('')),
    refused(/larger|limit|too|bytes|key/),
    'contract: bounded',
    { honest: 20_000_000 },
  ],
  ['a key that is not known', with_({ Shebang: '/x' }), refused(/key.*Shebang/), 'contract'],
  ['a key of JavaScript', with_({ __proto__x: 'y', constructor: 'z' }), refused(/key/), 'contract'],
  ['a key with escape sequences', with_({ '"\\e[31m"': 'y' }), refused(/key|YAML/), 'contract'],
  [
    'a scheme with a key that is not known',
    with_({ Scheme: `${lines.Scheme}\n  stdlib: /x` }),
    refused(/key.*stdlib/),
    'contract',
  ],
  ['no scheme', text('ConsoleShebang: /usr/bin/python3\n'), refused(/Scheme/), 'contract'],
  ['a scheme that is a list', with_({ Scheme: '[a, b]' }), refused(/Scheme/), 'contract'],
  ['a scheme without a folder', with_({ Scheme: '\n  purelib: /x' }), refused(/platlib|headers|Scheme/), 'contract'],
  ['no interpreter', text(`Scheme: ${lines.Scheme}\n`), refused(/ConsoleShebang/), 'contract'],
  ['a relative interpreter', with_({ ConsoleShebang: 'python3' }), refused(/ConsoleShebang/), 'contract'],
  [
    'an interpreter with a line feed',
    with_({ ConsoleShebang: '"/usr/bin/python3\\nimport os"' }),
    refused(/ConsoleShebang|line|control/),
    'a first line has none',
  ],
  [
    'an interpreter with a NUL',
    with_({ ConsoleShebang: '"/usr/bin/py\\0thon3"' }),
    refused(/ConsoleShebang|NUL|control/),
    'Linux',
  ],
  ['a relative folder', scheme('purelib', 'lib/python'), refused(/purelib/), 'contract'],
  ['a folder that climbs', scheme('purelib', '/../../x'), either(/purelib/), 'Linux: / is its own parent'],
  ['a folder with a NUL', scheme('data', '"/a\\0b"'), refused(/data|NUL/), 'Linux'],
  ['a folder with escape sequences', scheme('scripts', '"/a\\e[31m"'), either(/scripts|control/), 'Linux takes it'],
  ['a folder of 300 bytes', scheme('purelib', `/${'n'.repeat(300)}`), refused(/purelib|long|255/), 'Linux: NAME_MAX'],
  ['a folder that is a number', scheme('data', '7'), refused(/data/), 'contract'],
  ['an owner that is negative', with_({ UID: '-1' }), refused(/UID/), 'contract'],
  ['an owner with a fraction', with_({ UID: '1.5' }), refused(/UID/), 'contract'],
  ['an owner that is a word', with_({ GID: 'staff' }), refused(/GID/), 'contract'],
  ['an owner past 2^53', with_({ UID: '99999999999999999999' }), refused(/UID/), 'contract'],
  ['an owner past 32 bits', with_({ UID: '8589934592' }), refused(/UID/), 'GNU tar; Linux: 32 bits'],
  ['the name of an owner that is a list', with_({ UName: '[a]' }), refused(/UName/), 'contract'],
  ['the name of an owner with a NUL', with_({ UName: '"a\\0b"' }), refused(/UName|NUL/), 'tar'],
  ['a command that is a word', with_({ PyCompile: 'python3' }), refused(/PyCompile/), 'contract'],
  ['a command of nothing', with_({ PyCompile: '[]' }), refused(/PyCompile/), 'contract'],
  ['a version that is a number', with_({ Version: '3.10' }), refused(/Version/), 'YAML: 3.1'],
  ['an ABI that is none', with_({ ABI: '"py312"' }), refused(/ABI/), 'contract'],
];

export const platformFiles: Case[] = [
  ...cases('platform file: right', 'platform-file', right),
  ...cases('platform file: wrong', 'platform-file', wrong),
];
