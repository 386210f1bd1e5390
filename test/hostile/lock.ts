import { type Bytes, type Case, cases, either, type Row, refused, repeated, taken } from './case.ts';

/* Locks: TOML and requirements that are too much, and words in them that must not get out as they are. */

const PYLOCK = 'lock-version = "1.0"\ncreated-by = "x"\n';
const UV = 'version = 1\nrevision = 3\nrequires-python = ">=3.9"\n';
const HASH = '0'.repeat(64);

const text =
  (...parts: string[]) =>
  (): Bytes =>
    Buffer.from(parts.join(''));
const marked = (marker: string) =>
  text(PYLOCK, `[[packages]]\nname = "demo"\nversion = "1"\nmarker = ${JSON.stringify(marker)}\n`);
const wheels = (...files: string[]) =>
  text(PYLOCK, '[[packages]]\nname = "demo"\nversion = "1"\nwheels = [', files.join(', '), ']\n');
const file = (name: string, where: string) => `{ name = "${name}", ${where}, hashes = { sha256 = "${HASH}" } }`;
const GOOD = 'demo-1-py3-none-any.whl';
const app = (dependencies: string) =>
  `[[package]]\nname = "app"\nversion = "0"\nsource = { virtual = "." }\ndependencies = [${dependencies}]\n`;
const many = (count: number, make: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => make(at)).join('');

const toml = refused(/TOML|deep|depth|values/);

const right: Row[] = [
  ['a pylock.toml of nothing', text(PYLOCK), taken(), 'PEP 751'],
  ['lines of Windows', () => Buffer.from(PYLOCK.replaceAll('\n', '\r\n')), taken(), 'TOML 1.0'],
  ['a BOM', text('\ufeff', PYLOCK), taken(), 'uv'],
  ['comments before it', text('# a\n\n  # b\n', PYLOCK), taken(), 'TOML 1.0'],
  ['a uv.lock of nothing', text(UV), taken(), 'uv'],
  ['requirements of nothing', text('# nothing\n'), taken(), 'pip'],
  [
    'keys of JavaScript',
    text(PYLOCK, '__proto__ = { x = 1 }\nconstructor = "x"\n[toString]\ny = 1\n'),
    taken(),
    'TOML 1.0',
  ],
  [
    '20,000 packages that need the next',
    text(
      UV,
      app('{ name = "p0" }'),
      many(
        20_000,
        (at) =>
          `[[package]]\nname = "p${at}"\nversion = "1"\nsource = { virtual = "p${at}" }\ndependencies = [{ name = "p${(at + 1) % 20_000}" }]\n`,
      ),
    ),
    taken(),
    'any',
  ],
  [
    'a marker of 3,000 parts',
    marked(Array.from({ length: 3000 }, () => "os_name == 'x'").join(' or ')),
    taken(),
    'PEP 508',
  ],
];

const wrong: Row[] = [
  ['nothing', text(''), refused(/empty/), 'contract'],
  [
    'bytes of every value',
    () => Buffer.from(Array.from({ length: 512 }, (_, at) => at & 255)),
    refused(/UTF-8/),
    'TOML 1.0',
  ],
  ['a word', text('hello'), refused(/not pinned/), 'pip'],
  ['JSON', text('{"_meta": {}}'), refused(/TOML|not pinned/), 'contract'],
  ['arrays, 20,000 deep', text(PYLOCK, `x = ${'['.repeat(20_000)}`), toml, 'any'],
  ['arrays, 20,000 deep, that end', text(PYLOCK, `x = ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`), toml, 'any'],
  [
    'tables in each other, 20,000 deep',
    text(PYLOCK, `x = ${'{ a = '.repeat(20_000)}1${' }'.repeat(20_000)}\n`),
    toml,
    'any',
  ],
  [
    'a key of 20,000 parts',
    text(PYLOCK, `${Array.from({ length: 20_000 }, () => 'a').join('.')} = 1\n`),
    either(/TOML|deep/),
    'TOML 1.0',
  ],
  [
    '20 MB',
    () => repeated(Buffer.from('# more\n'), 3_000_000),
    refused(/larger than|bytes/),
    'contract: bounded',
    { honest: 21_000_000 },
  ],
  [
    '15 MB of line feeds',
    () => repeated(Buffer.from('\n'), 15_000_000),
    either(/./),
    'contract',
    { honest: 15_000_000 },
  ],
  [
    '600,000 values',
    () => repeated(Buffer.from('x = [1,2,3,4,5,6,7,8,9]\n'), 70_000),
    toml,
    'contract: bounded',
    { honest: 2_000_000 },
  ],
  ['a line of blanks', text('a', ' '.repeat(3_000_000), 'b'), refused(/not pinned|longer/), 'contract'],
  ['a line of dashes', text('a', '-'.repeat(3_000_000), '=='), refused(/longer/), 'contract'],
  [
    'a marker in 10,000 parentheses',
    marked(`${'('.repeat(10_000)}os_name == 'x'${')'.repeat(10_000)}`),
    refused(/parentheses/),
    'contract: bounded',
  ],
  [
    'a marker of 100,000 characters',
    marked(`os_name == '${'x'.repeat(100_000)}'`),
    refused(/longer than/),
    'contract: bounded',
  ],
  ['a marker without an end', marked("(os_name == 'x'"), refused(/parenthesis|cut off/), 'PEP 508'],
  ['a marker with escape sequences', marked('\x1b[31m'), refused(/marker/), 'contract'],
  [
    'a name with escape sequences',
    text(PYLOCK, '[[packages]]\nname = "\\u001b[31mdemo"\nversion = "1"\n'),
    refused(/no wheel fits/),
    'contract',
  ],
  ['a wheel that is /etc/passwd', wheels(file(GOOD, 'path = "/etc/passwd"')), refused(/sha256/), 'contract'],
  ['a wheel that climbs', wheels(file(GOOD, `path = "${'../'.repeat(40)}etc/passwd"`)), refused(/sha256/), 'contract'],
  ['a wheel that is a directory', wheels(file(GOOD, 'path = "/"')), refused(/directory/), 'contract'],
  ['a wheel that is a device', wheels(file(GOOD, 'path = "/dev/zero"')), refused(/not a file/), 'contract'],
  ['a wheel of a URL that is none', wheels(file(GOOD, 'url = "https://"')), refused(/URL/), 'contract'],
  ['a wheel of a script', wheels(file(GOOD, 'url = "javascript:alert(1)"')), refused(/not brought by/), 'contract'],
  ['a wheel that is data', wheels(file(GOOD, 'url = "data:,x"')), refused(/not brought by/), 'contract'],
  [
    'a wheel of nobody',
    wheels(file(GOOD, 'url = "http://127.0.0.1:1/x.whl"')),
    refused(/127\.0\.0\.1:1.*(refuses|cannot)/),
    'contract',
  ],
  [
    'a wheel of 1,000,000,000 tags',
    wheels(
      file(
        `demo-1-${many(1000, (at) => `p${at}.`)}x-${many(1000, (at) => `a${at}.`)}y-${many(1000, (at) => `l${at}.`)}z.whl`,
        'path = "x"',
      ),
    ),
    refused(/no wheel fits/),
    'contract: bounded',
  ],
  [
    '30,000 wheels, none of which fits',
    wheels(many(30_000, (at) => `${at > 0 ? ', ' : ''}${file(`demo-1-cp2${at}-none-any.whl`, 'path = "x"')}`)),
    refused(/no wheel fits.*and 29992 more/),
    'any',
  ],
  ['a negative size', wheels(file(GOOD, 'path = "x", size = -1')), refused(/not a size/), 'PEP 751'],
  ['a size past 2^53', wheels(file(GOOD, 'path = "x", size = 99999999999999999')), refused(/not a size/), 'PEP 751'],
  [
    '10,000 extras that open one another',
    text(
      UV,
      app('{ name = "q" }'),
      '[[package]]\nname = "q"\nversion = "1"\nsource = { virtual = "q" }\ndependencies = [',
      many(10_000, (at) => `{ name = "q", extra = ["e${at + 1}"], marker = "extra == 'extra-1-q-e${at}'" }, `),
      ']\n',
    ),
    either(/depend on one another|extras/),
    'contract: bounded',
  ],
  [
    '29,000 packages of a name',
    text(
      UV,
      app(many(5000, () => '{ name = "d" }, ')),
      many(29_000, (at) => `[[package]]\nname = "d"\nversion = "${at}"\nsource = { virtual = "d" }\n`),
    ),
    refused(/has several/),
    'any',
  ],
  [
    '80,000 packages',
    text(
      UV,
      app(''),
      many(80_000, (at) => `[[package]]\nname = "d${at}"\n`),
    ),
    refused(/package has more than 30000 items/),
    'contract: bounded',
  ],
  ['packages that are a number', text(PYLOCK, 'packages = 7\n'), refused(/not a list/), 'PEP 751'],
  ['conflicts that are a number', text(UV, 'conflicts = 7\n'), refused(/not a list/), 'uv'],
];

export const locks: Case[] = [...cases('lock: right', 'lock', right), ...cases('lock: wrong', 'lock', wrong)];
