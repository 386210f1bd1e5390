import { archive, block, file, octal } from '../tar/blocks.ts';
import { type Case, carried, cases, either, holding, type Row, refused, taken } from './case.ts';

/*
 * Layers that say odd things about a tree: whiteouts, links through links, hard links in every order. What must happen
 * is what docker and containerd do when they apply them, and what CLI.md promises of squash.
 */

const f = (name: string, content = '') => file(content, { name });
const d = (name: string) => block({ name, flag: '5', mode: octal(0o755, 8) });
const s = (name: string, target: string) => block({ name, flag: '2', linkname: target });
const h = (name: string, target: string) => block({ name, flag: '1', linkname: target });
const of =
  (...parts: Buffer[]) =>
  () =>
    archive(...parts);
const climbs = refused(/climb|root|whiteout|loop/);
const mind = { but: carried };

const whiteouts: Row[] = [
  ['a whiteout', of(f('.wh.a')), holding('.wh.a'), 'OCI layer.md'],
  ['a whiteout of what the layer has', of(f('a'), f('.wh.a')), holding('?.wh.a', 'a'), 'OCI: hides lower layers only'],
  ['the same the other way round', of(f('.wh.a'), f('a')), holding('?.wh.a', 'a'), 'OCI'],
  ['an opaque whiteout', of(d('d/'), f('d/.wh..wh..opq'), f('d/a')), holding('d/', 'd/.wh..wh..opq', 'd/a'), 'OCI'],
  [
    'an opaque whiteout behind its files',
    of(d('d/'), f('d/a'), f('d/.wh..wh..opq')),
    holding('d/', 'd/.wh..wh..opq', 'd/a'),
    'OCI',
  ],
  ['an opaque root', of(f('.wh..wh..opq'), f('a')), taken({ has: ['.wh..wh..opq', 'a'] }), 'OCI'],
  ['a whiteout with content', of(f('.wh.a', 'content')), holding('.wh.a'), 'docker'],
  ['a whiteout that is a directory', of(d('.wh.a/')), either(/whiteout/, { entries: ['.wh.a'] }), 'docker takes it'],
  ['a whiteout of nothing', of(f('.wh.')), climbs, 'containerd', mind],
  ['a whiteout of .', of(f('d/.wh..')), climbs, 'containerd', mind],
  ['a whiteout of ..', of(f('d/.wh...')), climbs, 'containerd: breakout', mind],
  ['a whiteout below a whiteout', of(f('.wh.a/b')), climbs, 'umoci', mind],
  ['a whiteout that climbs', of(f('../.wh.a')), climbs, 'docker: breakout', mind],
  ['a whiteout of a long name', of(f(`.wh.${'n'.repeat(90)}`)), holding(`.wh.${'n'.repeat(90)}`), 'OCI'],
  ['books of AUFS', of(f('.wh..wh.aufs'), d('.wh..wh.orph/'), d('.wh..wh.plnk/'), f('a')), holding('a'), 'docker'],
  [
    'pseudo links of AUFS',
    of(
      d('.wh..wh.plnk/'),
      f('.wh..wh.plnk/12.34', 'content'),
      h('a', '.wh..wh.plnk/12.34'),
      h('b', '.wh..wh.plnk/12.34'),
    ),
    taken({
      entries: ['a', 'b'],
      facts: { a: { type: 'file', content: 'content' }, b: { type: 'link', target: 'a' } },
    }),
    'docker: aufsHardlinks',
  ],
  [
    'pseudo links of AUFS, the file behind',
    of(h('a', '.wh..wh.plnk/12.34'), f('.wh..wh.plnk/12.34', 'content')),
    either(/link/, { has: ['a'] }),
    'docker refuses',
  ],
  [
    'a link to a book of AUFS that is not there',
    of(h('a', '.wh..wh.plnk/12.34')),
    refused(/link/),
    'docker refuses',
    mind,
  ],
];

const links: Row[] = [
  ['a path through a symlink', of(d('d/'), s('l', 'd'), f('l/a')), holding('d/', 'd/a', 'l'), 'contract'],
  [
    'a path through an absolute symlink',
    of(d('d/'), s('l', '/d'), f('l/a')),
    holding('d/', 'd/a', 'l'),
    'contract: inside the root',
  ],
  [
    'a path through a symlink that climbs',
    of(d('d/'), s('l', '../../../d'), f('l/a')),
    holding('d/', 'd/a', 'l'),
    'contract: inside the root',
  ],
  ['a whiteout through a symlink', of(d('d/'), s('l', 'd'), f('l/.wh.a')), holding('d/', 'd/.wh.a', 'l'), 'contract'],
  ['a path through a symlink to itself', of(s('l', 'l'), f('l/a')), refused(/loop/), 'Linux: ELOOP', mind],
  [
    'a path through a ring of symlinks',
    of(s('a', 'b'), s('b', 'c'), s('c', 'a'), f('b/x')),
    refused(/loop/),
    'Linux: ELOOP',
    mind,
  ],
  ['a ring of symlinks', of(s('a', 'b'), s('b', 'a')), holding('a', 'b'), 'Linux'],
  [
    'forty symlinks in a row',
    of(d('d/'), s('l0', 'd'), ...Array.from({ length: 39 }, (_, at) => s(`l${at + 1}`, `l${at}`)), f('l39/x')),
    taken({ has: ['d/x'] }),
    'Linux: MAXSYMLINKS',
  ],
  [
    'sixty symlinks in a row',
    of(d('d/'), s('l0', 'd'), ...Array.from({ length: 59 }, (_, at) => s(`l${at + 1}`, `l${at}`)), f('l59/x')),
    refused(/loop|symlink/),
    'Linux: MAXSYMLINKS',
    mind,
  ],
  [
    'symlinks that double at each step',
    of(
      d('d/'),
      s('l0', 'd'),
      ...Array.from({ length: 30 }, (_, at) => s(`l${at + 1}`, `l${at}/../l${at}`)),
      f('l30/x'),
    ),
    refused(/loop|symlink/),
    'Linux: MAXSYMLINKS',
    mind,
  ],
  ['a directory where a symlink was', of(s('d', '/etc'), d('d/'), f('d/a')), taken({ has: ['d/', 'd/a'] }), 'docker'],
  ['a file below a file', of(f('a'), f('a/b')), taken({ has: ['a/b'] }), 'docker'],
  ['a file below a file, which comes again', of(f('a'), f('a/b'), f('a')), holding('a'), 'docker'],
  ['a file below a FIFO', of(block({ name: 'p', flag: '6' }), f('p/x')), taken({ has: ['p/x'] }), 'docker'],
];

const hard: Row[] = [
  [
    'a hard link',
    of(f('a', '1'), h('b', 'a')),
    taken({ entries: ['a', 'b'], facts: { b: { type: 'link', target: 'a' } } }),
    'POSIX',
  ],
  [
    'a hard link that sorts first',
    of(f('b', '1'), h('a', 'b')),
    taken({ entries: ['a', 'b'], facts: { a: { type: 'file', content: '1' }, b: { type: 'link', target: 'a' } } }),
    'contract',
  ],
  [
    'a hard link to a hard link',
    of(f('a', '1'), h('b', 'a'), h('c', 'b')),
    taken({ entries: ['a', 'b', 'c'], facts: { c: { type: 'link', target: 'a' } } }),
    'POSIX',
  ],
  [
    'a hard link to a file of another layer',
    of(h('b', 'gone')),
    taken({ entries: ['b'], facts: { b: { type: 'link', target: 'gone' } } }),
    'contract: stays a link',
  ],
  [
    'a hard link to what comes later',
    of(h('b', 'a'), f('a', '1')),
    taken({ has: ['a', 'b'] }),
    'contract: a lower layer may have it',
  ],
  [
    'a hard link to a symlink',
    of(s('l', 'there'), h('b', 'l')),
    taken({ entries: ['b', 'l'], facts: { b: { type: 'symlink', target: 'there' } } }),
    'contract: is that symlink',
  ],
  [
    'a hard link to a device',
    of(block({ name: 'c', flag: '3', devmajor: octal(1, 8), devminor: octal(3, 8) }), h('d', 'c')),
    taken({ entries: ['c', 'd'] }),
    'Linux',
  ],
  ['a hard link to a directory', of(d('d/'), h('b', 'd')), refused(/directory/), 'Linux: EPERM', mind],
  [
    'a hard link through a symlink',
    of(d('d/'), f('d/a', '1'), s('l', 'd'), h('b', 'l/a')),
    taken({ has: ['b', 'd/a', 'l'], facts: { b: { content: '1' } } }),
    'contract',
  ],
  ['a hard link through a loop', of(s('l', 'l'), h('b', 'l/a')), refused(/loop/), 'Linux: ELOOP', mind],
  ['a hard link to what is removed', of(f('.wh.a'), h('b', 'a')), refused(/removed|link/), 'docker load', mind],
  [
    'a hard link whose file is replaced',
    of(f('a', '1'), h('b', 'a'), f('a', '2')),
    taken({ entries: ['a', 'b'], facts: { a: { content: '2' }, b: { type: 'file', content: '1' } } }),
    'GNU tar',
  ],
  [
    'a hard link over its own file',
    of(f('a', '1'), h('a', 'a')),
    either(/link/, { entries: ['a'] }),
    'GNU tar takes it',
  ],
  [
    'a thousand hard links in a row',
    of(
      f('0000', '1'),
      ...Array.from({ length: 1000 }, (_, at) => h(`${at + 1}`.padStart(4, '0'), `${at}`.padStart(4, '0'))),
    ),
    taken({ has: ['1000'], facts: { '1000': { type: 'link', target: '0000' } } }),
    'POSIX',
  ],
];

export const squashing: Case[] = [
  ...cases('squash: whiteouts', 'layer', whiteouts),
  ...cases('squash: symlinks', 'layer', links),
  ...cases('squash: hard links', 'layer', hard),
];
