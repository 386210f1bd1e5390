import { readPlatformFile, writePlatformFile } from '../../../lib/python/platform-file.ts';
import { officialTarget } from '../../../lib/python/target.ts';
import { Broken, differing, outcomeOf } from '../judges/broken.ts';
import { mutateText } from '../mutate/text.ts';
import type { Target } from '../target.ts';

const NAME = 'platform.yaml';

const full = `ConsoleShebang: /usr/bin/python3
GraphicalShebang: /usr/bin/python3
Scheme:
  purelib: /usr/local/lib/python3.11/dist-packages
  platlib: /usr/local/lib/python3.11/dist-packages
  headers: /usr/local/include/python3.11
  scripts: /usr/local/bin
  data: /usr/local
UID: 1000
GID: 1000
UName: me
GName: us
PyCompile: [python3.11, -m, compileall]
Version: "3.11"
ABI: cp311
Libc: glibc 2.36
Architecture: x86_64
`;

const words = [
  ...[
    'ConsoleShebang: ',
    'Scheme:',
    'UID: ',
    '  purelib: ',
    'Version: ',
    'Libc: ',
    'PyCompile: ',
    'null',
    '~',
    '[]',
    '{}',
  ],
  ...[
    '-1',
    '9007199254740993',
    '1e3',
    '0x1f',
    '.inf',
    '.nan',
    '3.11',
    '"3.11"',
    'true',
    '/',
    '//a/../..',
    '/a\\0b',
    '"/a\\0b"',
  ],
  ...[
    '&a ',
    '*a',
    '<<: *a',
    '!!binary ',
    '!!python/object ',
    '!tag ',
    '? ',
    '- ',
    '|',
    '>',
    '|9',
    '%YAML 1.1',
    '---',
    '...',
    '\t',
    '#',
  ],
  ...[
    '__proto__: ',
    'constructor: ',
    '&a [*a]',
    '{a: &b [x], c: *b}',
    '"\\u001b[2J"',
    'cp27mu',
    'cp3999',
    'musl 1.2',
    '\xff',
    '\ufeff',
  ],
];

/** A platform file is refused, or says a target that is the same when it is written and read again. */
export const platformFile: Target = {
  name: 'platform-file',
  quick: 600,
  limit: 2000,
  size: 16 * 1024,
  seeds: () => [
    [Buffer.from(full)],
    [Buffer.from(full.split('\n').slice(0, 8).join('\n'))],
    [Buffer.from(writePlatformFile(officialTarget({ major: 3, minor: 12 })))],
    [Buffer.from(full.replace('glibc 2.36', 'musl').replace('cp311', 'cp311t').replace('/usr/bin', '&bin /usr/bin'))],
  ],
  mutate: (part, dice, other) => mutateText(part, dice, other, words),
  async run([bytes = Buffer.alloc(0)]) {
    const read = await outcomeOf(() => readPlatformFile(bytes.toString(), NAME), [NAME]);
    if ('refusal' in read) return read.refusal;
    const text = writePlatformFile(read.value);
    const again = await outcomeOf(() => writePlatformFile(readPlatformFile(text, NAME)), [NAME]);
    if ('refusal' in again)
      throw new Broken(`a platform file that was taken, written and read again: ${again.refusal}`);
    if (again.value !== text) {
      throw new Broken('a platform file is another when it is written and read again', differing(text, again.value));
    }
    for (const folder of Object.values(read.value.scheme)) {
      if (!folder.startsWith('/') || folder.includes('\0'))
        throw new Broken('a platform file has a folder that is no path');
    }
    return 'taken';
  },
};
