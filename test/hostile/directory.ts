import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Case, either, holding, type Must, refused, taken } from './case.ts';

/* Directories for `dir`: odd names, odd files, links of every kind, and more of them than is usual. */

type FolderRow = readonly [
  name: string,
  folder: (path: string) => void,
  must: Must,
  says: string,
  more?: Partial<Case>,
];

const named =
  (...names: (string | Buffer)[]) =>
  (path: string) => {
    for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from(name)]), 'x');
  };

const rows: FolderRow[] = [
  ['an empty directory', () => {}, holding(), 'GNU tar'],
  ['a name with escape sequences', named('\x1b]0;owned\x07'), holding('\x1b]0;owned\x07'), 'GNU tar'],
  ['a name with a line feed', named('a\nb'), holding('a\nb'), 'GNU tar'],
  ['a name that is not UTF-8', named(Buffer.from('a\xff\xfe', 'latin1')), holding('a\xff\xfe'), 'GNU tar'],
  ['a name of 255 bytes', named('n'.repeat(255)), holding('n'.repeat(255)), 'Linux: NAME_MAX'],
  [
    'names of JavaScript',
    named('__proto__', 'constructor', '10', '9'),
    holding('10', '9', '__proto__', 'constructor'),
    'any',
  ],
  ['a name that begins with a dash', named('-rf'), holding('-rf'), 'GNU tar'],
  ['names of whiteouts', named('.wh.x', '.wh..wh..opq'), taken({ has: ['.wh.x'] }), 'contract: warned about'],
  ['a whiteout with escape sequences', named('.wh.\x1b[31mx'), taken(), 'contract: warned about'],
  ['a whiteout of nothing', named('.wh.'), either(/whiteout/), 'containerd refuses it'],
  ['a symlink to itself', (path) => symlinkSync('l', join(path, 'l')), holding('l'), 'GNU tar'],
  [
    'a symlink that climbs',
    (path) => symlinkSync('../../../etc/passwd', join(path, 'l')),
    holding('l'),
    'GNU tar: as it is',
  ],
  [
    'a symlink to the directory above',
    (path) => symlinkSync('..', join(path, 'l')),
    holding('l'),
    'GNU tar: not followed',
  ],
  [
    'a target of 4,095 bytes',
    (path) => symlinkSync(`${'t/'.repeat(2047)}t`, join(path, 'l')),
    holding('l'),
    'Linux: PATH_MAX',
  ],
  ['a target with escape sequences', (path) => symlinkSync('\x1b[31m', join(path, 'l')), holding('l'), 'GNU tar'],
  [
    'hard links',
    (path) => {
      writeFileSync(join(path, 'b'), 'x');
      linkSync(join(path, 'b'), join(path, 'a'));
    },
    taken({ entries: ['a', 'b'], facts: { a: { type: 'file' }, b: { type: 'link', target: 'a' } } }),
    'contract',
  ],
  [
    'a hard link whose other name is outside',
    (path) => {
      writeFileSync(join(path, 'a'), 'x');
      linkSync(join(path, 'a'), `${path}-outside`);
    },
    taken({ entries: ['a'], facts: { a: { type: 'file', content: 'x' } } }),
    'GNU tar',
  ],
  [
    'a FIFO',
    (path) => {
      execFileSync('mkfifo', [join(path, 'p')]);
    },
    taken({ facts: { p: { type: 'fifo' } } }),
    'GNU tar: not opened',
  ],
  [
    'a device',
    (path) => {
      execFileSync('mknod', [join(path, 'c'), 'c', '1', '5']);
    },
    taken({ facts: { c: { type: 'character-device' } } }),
    'GNU tar: not opened',
    { needs: ['root'] },
  ],
  [
    'a socket',
    (path) => {
      execFileSync('python3', ['-c', 'import socket; socket.socket(socket.AF_UNIX).bind("s")'], { cwd: path });
    },
    holding(),
    'contract: skipped with a warning',
    { needs: ['python3'] },
  ],
  [
    'modes of every kind',
    (path) => {
      for (const mode of [0o7777, 0o4755, 0o600, 0]) {
        writeFileSync(join(path, `${mode}`), '');
        chmodSync(join(path, `${mode}`), mode);
      }
    },
    taken({ facts: { '4095': { mode: 0o7777 }, '0': { mode: 0 } } }),
    'contract',
    { needs: ['root'] },
  ],
  [
    'a time before 1970',
    (path) => {
      writeFileSync(join(path, 'a'), '');
      execFileSync('touch', ['-d', '@-5', join(path, 'a')]);
    },
    taken({ facts: { a: { mtime: '-5' } } }),
    'contract',
  ],
  [
    'a time far away',
    (path) => {
      writeFileSync(join(path, 'a'), '');
      utimesSync(join(path, 'a'), 4e9, 4e9);
    },
    taken({ facts: { a: { mtime: '4000000000' } } }),
    'contract',
  ],
  [
    'holes of 60 MB',
    (path) => {
      closeSync(openSync(join(path, 'a'), 'w'));
      truncateSync(join(path, 'a'), 60_000_000);
    },
    taken({ facts: { a: { size: 60_000_000 } } }),
    'contract: zeros',
    { honest: 60_000_000 },
  ],
  [
    '20,000 files',
    (path) => {
      for (let at = 0; at < 20_000; at++) writeFileSync(join(path, `${at}`), '');
    },
    taken({ has: ['19999'] }),
    'GNU tar',
  ],
  [
    '150 directories, each in its own',
    (path) => mkdirSync(join(path, 'd/'.repeat(150)), { recursive: true }),
    taken({ has: ['d/'.repeat(150)] }),
    'GNU tar',
  ],
  [
    'a path of 4,000 bytes',
    (path) => {
      for (let at = path, left = 15; left > 0; left--) {
        at = join(at, 'n'.repeat(250));
        mkdirSync(at);
      }
    },
    taken(),
    'GNU tar',
  ],
  [
    'an attribute',
    (path) => {
      writeFileSync(join(path, 'a'), '');
      execFileSync('setfattr', ['-n', 'user.k', '-v', '0x0a1b00ff', join(path, 'a')]);
    },
    taken({ facts: { a: { record: 'SCHILY.xattr.user.k=\n\x1b\0\xff' } } }),
    'GNU tar --xattrs',
    { needs: ['setfattr', 'getfattr'] },
  ],
  [
    'a layout, which is a directory too',
    (path) => writeFileSync(join(path, 'index.json'), '{}'),
    holding('index.json'),
    'any',
  ],
];

export const directories: Case[] = [
  ...rows.map(
    ([name, folder, must, says, more]): Case => ({
      name,
      group: 'dir',
      kind: 'directory',
      folder,
      must,
      says,
      ...more,
    }),
  ),
  {
    name: 'a file where a directory should be',
    group: 'dir',
    kind: 'directory',
    file: () => Buffer.from('x'),
    must: refused(/not a directory|directory/),
    says: 'GNU tar',
  },
];
