import { goProgram } from '../bills/programs.ts';
import { archive, file } from '../tar/blocks.ts';
import { type Case, cases, type Must, type Row, taken } from './case.ts';

/* Files that tell of packages, broken or made to break: a layer that has them is a layer as any other. */

const info = 'usr/lib/python3/site-packages/x-1.dist-info';

/** What the bill has all the same, or at least that there is one. */
const told = (text: RegExp = /"SPDX-2.3"/): { but: Record<string, Must> } => ({
  but: { 'inspect --sbom': taken({ text }) },
});

const one = (name: string, content: string) => () => archive(file(content, { name }));

/** A text so deep, or so often the same, that whoever is not careful takes long for it. */
const deep = (open: string, close: string) => `${open.repeat(100_000)}${close.repeat(100_000)}`;

const lists: Row[] = [
  [
    'a list with a line of 5 MB',
    one('var/lib/dpkg/status', `Package: a\nVersion: ${'1'.repeat(5_000_000)}\n\nPackage: b\nVersion: 1\n\n`),
    taken(),
    'deb-control(5)',
    told(/pkg:deb\/debian\/b@1/),
  ],
  ['a list that has no line', one('var/lib/dpkg/status', '\0'.repeat(1_000_000)), taken(), 'deb-control(5)', told()],
  ['a list of blank lines', one('var/lib/dpkg/status', '\n'.repeat(1_000_000)), taken(), 'deb-control(5)', told()],
  ['a list of 200,000 broken packages', one('lib/apk/db/installed', 'P:x\n\n'.repeat(200_000)), taken(), 'apk', told()],
  [
    'a list whose names have escapes',
    one('var/lib/dpkg/status', 'Package: a\x1b[2J\nVersion: 1\n\nPackage: b\nVersion: 1\n\n'),
    taken(),
    'deb-control(5)',
    told(/pkg:deb\/debian\/b@1/),
  ],
  [
    'a list with keys of Object',
    one('var/lib/dpkg/status', '__proto__: x\nconstructor: y\nPackage: toString\nVersion: __proto__\n\n'),
    taken(),
    'deb-control(5)',
    told(/pkg:deb\/debian\/tostring@__proto__/),
  ],
];

const documents: Row[] = [
  [
    'a package.json that is deep',
    one('node_modules/x/package.json', `{"name":"x","version":"1.0.0","a":${deep('[', ']')}}`),
    taken(),
    'npm',
    told(),
  ],
  [
    'a package.json of many values',
    one('node_modules/x/package.json', `{"name":"x","version":"1.0.0","a":[${'0,'.repeat(900_000)}0]}`),
    taken(),
    'npm',
    told(),
  ],
  [
    'a package.json whose fields are others',
    one('node_modules/x/package.json', '{"name":["x"],"version":{},"license":[[[{}]]],"author":7}'),
    taken(),
    'npm',
    told(),
  ],
  [
    'a package.json with __proto__',
    one(
      'node_modules/x/package.json',
      '{"name":"__proto__","version":"1.0.0","__proto__":{"license":"MIT"},"license":{"__proto__":1}}',
    ),
    taken(),
    'npm',
    told(/pkg:npm\/__proto__@1\.0\.0/),
  ],
  [
    'a licence of parentheses',
    one('node_modules/x/package.json', JSON.stringify({ name: 'x', version: '1.0.0', license: deep('(', ')') })),
    taken(),
    'SPDX annex D',
    told(/pkg:npm\/x@1\.0\.0/),
  ],
  [
    'a licence of operators',
    one('node_modules/x/package.json', JSON.stringify({ name: 'x', version: '1.0.0', license: 'MIT OR '.repeat(140) })),
    taken(),
    'SPDX annex D',
    told(/pkg:npm\/x@1\.0\.0/),
  ],
  [
    'a METADATA that is one field of 3 MB',
    one(`${info}/METADATA`, `Name: x\nVersion: 1\nAuthor: ${' \n '.repeat(700_000)}\n`),
    taken(),
    'core metadata',
    told(/pkg:pypi\/x@1/),
  ],
  [
    'a METADATA of 3 MB of colons',
    one(`${info}/METADATA`, `Name: x\nVersion: 1\n${':'.repeat(3_000_000)}`),
    taken(),
    'core metadata',
    told(),
  ],
  [
    'an author of 2 MB of quotes',
    one(`${info}/METADATA`, `Name: x\nVersion: 1\nAuthor: ${'"<('.repeat(600_000)}\n\n`),
    taken(),
    'core metadata',
    told(/pkg:pypi\/x@1/),
  ],
  [
    'an embedded bill that is deep',
    () =>
      archive(
        file('Name: x\nVersion: 1\n\n', { name: `${info}/METADATA` }),
        file(
          `{"bomFormat":"CycloneDX","components":[${'{"name":"a","version":"1","components":['.repeat(900)}${']}'.repeat(900)}]}`,
          { name: `${info}/sboms/a.json` },
        ),
      ),
    taken(),
    'PEP 770',
    told(/pkg:pypi\/x@1/),
  ],
];

/** A program some of whose bytes are others. */
const program = (change: (bytes: Buffer) => void) => () => {
  const bytes = goProgram('go1.22', 'mod\texample.test/x\tv1.0.0\t\n');
  change(bytes);
  return archive(file(bytes.toString('latin1'), { name: 'bin/x' }));
};

const programs: Row[] = [
  ['a program whose headers are far', program((bytes) => bytes.fill(0xff, 32, 48)), taken(), 'ELF', told()],
  ['a program of 65,535 sections', program((bytes) => bytes.writeUInt16LE(0xffff, 60)), taken(), 'ELF', told()],
  [
    'a program of sections of 65,535 bytes',
    program((bytes) => bytes.writeUInt16LE(0xffff, 58)),
    taken(),
    'ELF',
    told(),
  ],
  ['a program of segments of no size', program((bytes) => bytes.writeUInt16LE(0, 54)), taken(), 'ELF', told()],
  [
    'a program whose segment is endless',
    program((bytes) => bytes.fill(0xff, 64 + 32, 64 + 40)),
    taken(),
    'ELF',
    told(),
  ],
  [
    'a program whose text is endless',
    program((bytes) => bytes.fill(0xff, 4096 + 32, 4096 + 48)),
    taken(),
    'ELF',
    told(),
  ],
  [
    'a program of pointers to themselves',
    program((bytes) => {
      bytes[4096 + 15] = 0;
      bytes.writeBigUInt64LE(0x400010n, 4096 + 16);
    }),
    taken(),
    'ELF',
    told(),
  ],
];

export const metadata: readonly Case[] = [
  ...cases('tar: files that tell of packages', 'layer', lists),
  ...cases('tar: documents that tell of packages', 'layer', documents),
  ...cases('tar: programs that tell of modules', 'layer', programs),
];
