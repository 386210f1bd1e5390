import assert from 'node:assert/strict';
import test from 'node:test';
import { InputError } from '../../lib/errors.ts';
import { read } from '../entries.ts';
import { layerOf, squashBytes, squashed } from './stacking.ts';

/** Layers, lowest first, and the one that has their effect. */
const rules: [rule: string, layers: string[], result: string][] = [
  // Names and order.
  ['names are cleaned', ['./ ./a=1 /b=2 c//d=3 e/./f=4 g/../h=5'], './ a=1 b=2 c/d=3 e/f=4 h=5'],
  ['directory by directory, in byte order', ['a-b=1 a.b=2 a/ a/z=3 B=4 \xff=5'], 'B=4 a/ a/z=3 a-b=1 a.b=2 \xff=5'],
  ['names that look like numbers', ['10=1 9=2 a=3 __proto__=4'], '10=1 9=2 __proto__=4 a=3'],
  ['a path comes once, the last one wins', ['a=1 a=2', 'a=3'], 'a=3'],
  ['within a layer too', ['a=1 b->x b=2 a=3'], 'a=3 b=2'],
  ['directories are not invented', ['a/b/c=1'], 'a/b/c=1'],
  ['an empty layer changes nothing', ['a=1', '', 'b=2'], 'a=1 b=2'],
  ['nothing at all', ['', ''], ''],
  ['the same layer twice', ['a=1 d/ .wh.x', 'a=1 d/ .wh.x'], '.wh.x a=1 d/'],
  ['a directory is told again, its content stays', ['d/ d/a=1', 'd/'], 'd/ d/a=1'],
  // Whiteouts.
  ['a whiteout stays', ['.wh.a'], '.wh.a'],
  ['a whiteout hides, and stays', ['a=1 b=2', '.wh.a'], '.wh.a b=2'],
  ['of what does not exist', ['b=1', 'd/.wh.a'], 'b=1 d/.wh.a'],
  ['of a directory with what is in it', ['d/ d/a=1 d/e/ d/e/f=2', '.wh.d'], '.wh.d'],
  ['whiteouts first in their directory', ['z/ z/b=1 z/y=2', 'z/.wh.y a=1'], 'a=1 z/ z/.wh.y z/b=1'],
  ['an opaque whiteout stays', ['d/ d/.wh..wh..opq'], 'd/ d/.wh..wh..opq'],
  [
    'an opaque whiteout hides what is inside',
    ['d/ d/a=1 d/e/f=2', 'd/ d/.wh..wh..opq d/b=3'],
    'd/ d/.wh..wh..opq d/b=3',
  ],
  ['of the root', ['a=1 d/b=2', '.wh..wh..opq c=3'], '.wh..wh..opq c=3'],
  [
    'not what its own layer has, wherever it stands',
    ['a=1 d/x=1', 'a=2 .wh.a d/y=3 d/.wh..wh..opq'],
    'a=2 d/.wh..wh..opq d/y=3',
  ],
  ['a plain whiteout of what its own layer has', ['d/ d/x=1', 'd/ d/y=2 .wh.d'], 'd/ d/.wh..wh..opq d/y=2'],
  ['an opaque whiteout, and then a plain one of its directory', ['d/ d/a=1', 'd/.wh..wh..opq .wh.d'], '.wh.d'],
  ['a plain whiteout, and then an opaque one in it', ['d/ d/a=1', '.wh.d d/.wh..wh..opq'], '.wh.d'],
  ['a file that is made again', ['a=1', '.wh.a', 'a=2'], 'a=2'],
  ['a directory that is made again is opaque', ['d/ d/a=1', '.wh.d', 'd/ d/b=2'], 'd/ d/.wh..wh..opq d/b=2'],
  ['and is written if only its content was named', ['d/ d/a=1', '.wh.d', 'd/b=2'], 'd/ d/.wh..wh..opq d/b=2'],
  ['whiteouts below what is hidden are pointless', ['d/ d/a=1', '.wh.d', 'd/.wh.a'], '.wh.d'],
  ['a whiteout within an opaque directory is not written', ['d/ d/.wh..wh..opq d/a=1', 'd/.wh.a'], 'd/ d/.wh..wh..opq'],
  [
    'an opaque one within an opaque one',
    ['d/ d/.wh..wh..opq d/e/ d/e/a=1', 'd/e/ d/e/.wh..wh..opq'],
    'd/ d/.wh..wh..opq d/e/',
  ],
  ['other names of AUFS are forgotten', ['.wh..wh.plnk .wh..wh.aufs a=1'], 'a=1'],
  // Type changes.
  ['a file becomes a directory', ['a=1', 'a/ a/b=2'], 'a/ a/.wh..wh..opq a/b=2'],
  ['a directory becomes a file', ['d/ d/a=1', 'd=2'], 'd=2'],
  ['a directory, a file, a directory', ['d/ d/a=1', 'd=2', 'd/ d/b=3'], 'd/ d/.wh..wh..opq d/b=3'],
  ['an implied directory over a file', ['a=1', 'a/b=2'], 'a/ a/.wh..wh..opq a/b=2'],
  ['a symlink becomes a directory', ['t/ s->t', 's/ s/a=1'], 's/ s/.wh..wh..opq s/a=1 t/'],
  ['a symlink becomes a file', ['t/ s->t', 's=1'], 's=1 t/'],
  ['a FIFO and back', ['p=1', 'p|'], 'p|'],
  // Parents that are symlinks.
  ['a path through a symlink', ['usr/ usr/bin/ bin->usr/bin', 'bin/foo=1'], 'bin->usr/bin usr/ usr/bin/ usr/bin/foo=1'],
  ['through an absolute one', ['usr/bin/ bin->/usr/bin', 'bin/foo=1'], 'bin->/usr/bin usr/bin/ usr/bin/foo=1'],
  ['through one that climbs over the root', ['x/ d/s->../../../x', 'd/s/a=1'], 'd/s->../../../x x/ x/a=1'],
  ['through a chain', ['a->b b->c/d c/d/', 'a/f=1'], 'a->b b->c/d c/d/ c/d/f=1'],
  ['through a dangling one', ['s->nowhere', 's/f=1'], 'nowhere/f=1 s->nowhere'],
  ['a whiteout through a symlink', ['usr/ usr/foo=1 s->usr', 's/.wh.foo'], 's->usr usr/ usr/.wh.foo'],
  ['an opaque whiteout through a symlink', ['usr/ usr/foo=1 s->usr', 's/.wh..wh..opq'], 's->usr usr/ usr/.wh..wh..opq'],
  ['a symlink itself is removed, not what it leads to', ['usr/ usr/a=1 s->usr', '.wh.s'], '.wh.s usr/ usr/a=1'],
  ['a removed symlink is not followed', ['t/ s->t', '.wh.s', 's/a=1'], 's/ s/.wh..wh..opq s/a=1 t/'],
  // Hard links.
  ['the first name in order carries the content', ['b=1 a=>b'], 'a=1 b=>a'],
  ['the first name is shadowed', ['a=1 b=>a', 'a=2'], 'a=2 b=1'],
  ['the first name is removed', ['a=1 b=>a c=>a', '.wh.a'], '.wh.a b=1 c=>b'],
  ['a link made in a higher layer', ['a=1', 'b=>a'], 'a=1 b=>a'],
  ['a target spelled otherwise', ['d/a=1 b=>./d/a c=>/d/a e=>d//../d/a'], 'b=1 c=>b d/a=>b e=>b'],
  ['a target through a symlink', ['d/ d/a=1 s->d b=>s/a'], 'b=1 d/ d/a=>b s->d'],
  ['a link to a symlink is that symlink', ['s->x b=>s'], 'b->x s->x'],
  ['a link to a link', ['a=1 b=>a c=>b'], 'a=1 b=>a c=>a'],
  ['a link to a file of a layer that was not given', ['b=>a'], 'b=>a'],
  ['two such', ['c=>a b=>a'], 'b=>a c=>a'],
  ['two such, taken along', ['c=>a b=>a', '.wh.a'], 'b=>a .wh.a c=>b'],
  ['one in a directory that is opaque', ['e=>d/t d/.wh..wh..opq d/b=>e'], 'd/b=>d/t d/.wh..wh..opq e=>d/b'],
  ['one before another takes its place', ['c=>b', 'b=>a', 'a=1'], 'c=>b b=>a a=1'],
  ['one that is linked back', ['e=>b b=>e', 'd=>b'], 'd=>b e=>b'],
  ['one that is linked back and removed at once', ['e=>b b=>e .wh.b', 'd=>b'], 'd=>b e=>b'],
  ['one that is linked back after it was removed', ['e=>b', '.wh.b', 'b=>e'], 'e=>b'],
  [
    'one that is linked back into an opaque directory',
    ['e=>d/b d/b=>e d/.wh..wh..opq'],
    'e=>d/b d/.wh..wh..opq d/b=>e',
  ],
  ['one whose other name is below where it was', ['e/f=>a', 'a/ a/x=>e/f'], 'e/f=>a a/ a/x=>e/f'],
  ['two that change places', ['x=>a y=>b', 'a=>y b=>x'], 'x=>a a=>b b=>x y=>a'],
  ['a link over a file', ['a=1 b=2', 'b=>a'], 'a=1 b=>a'],
  ['a link to itself below', ['a=>a'], ''],
  ['a link to a FIFO', ['p| q=>p'], 'p| q=>p'],
];

for (const [rule, layers, result] of rules) {
  test(`squash: ${rule}`, async () => {
    assert.equal(await squashed(layers), result);
    if (!result.includes('=>')) assert.equal(await squashed([result]), result, 'squash of the result');
  });
}

const bare: [rule: string, layers: string[], result: string][] = [
  ['drops plain ones', ['a=1 b=2 .wh.x', '.wh.a'], 'b=2'],
  ['drops opaque ones, and keeps their directory', ['d/ d/a=1', 'd/ d/.wh..wh..opq d/b=2 .wh..wh..opq'], 'd/ d/b=2'],
  ['keeps names that only look so', ['a.wh.b=1 wh.c=2'], 'a.wh.b=1 wh.c=2'],
];
for (const [rule, layers, result] of bare) {
  test(`--drop-whiteouts ${rule}`, async () => assert.equal(await squashed(layers, true), result));
}

const refusals: [what: string, layers: string[], words: RegExp][] = [
  ['a path that climbs out', ['a=1 ../b=2'], /climbs out/],
  ['a path that climbs out further in', ['a/../../b=2'], /climbs out/],
  ['.wh.', ['.wh.'], /whiteout of nothing/],
  ['.wh..', ['d/.wh..'], /whiteout of nothing/],
  ['.wh...', ['d/.wh...'], /whiteout of nothing/],
  ['a path inside a whiteout', ['.wh.d/a=1'], /inside a whiteout/],
  ['a loop of symlinks', ['a->b b->a', 'a/f=1'], /loop/],
  ['a symlink to itself', ['a->a', 'a/f=1'], /loop/],
  ['the root as a file', ['.=x'], /is the root/],
  ['a hard link to a directory', ['d/ a=>d'], /directory/],
  ['a hard link to what was removed', ['a=1', '.wh.a', 'b=>a'], /removed/],
  ['a hard link out of the root', ['b=>../../a'], /inside the root/],
  ['a hard link that would take the place of what it is to', ['a/b=>a/b/c'], /^layer 1: a\/b .*a\/b\/c/],
  [
    'hard links that take the places of what others are to',
    ['x=>a/f y=>c/f', 'a=>y c=>x', '.wh.x .wh.y'],
    /^layer 2: .* is a hard link to .*, which is lost before it can be made/,
  ],
  [
    'a file of a layer that was not given, linked to where it was below an opaque directory',
    ['x=1', 'd/f=>d/f d/.wh..wh..opq'],
    /^layer 2: d\/f is a file of a layer that was not given/,
  ],
];
for (const [what, layers, words] of refusals) {
  test(`squash refuses: ${what}`, async () => {
    await assert.rejects(squashed(layers), (error) => {
      assert.ok(error instanceof InputError, `${error}`);
      assert.match(error.input, /^layer [123]/);
      assert.match(error.message, words);
      return true;
    });
  });
}

test('links to a file of a layer that was not given repeat the metadata of the first, and squashed again they stay', async () => {
  for (const layers of [['b=>a c=>a'], ['b=>a c=>a', '.wh.a'], ['c=>a', 'b=>a', 'a/ a/x=1']]) {
    const once = await squashBytes(layers.map((text) => layerOf(text)));
    assert.deepEqual(await squashBytes([once]), once, layers.join(' | '));
    const times = (await read(once)).filter(({ header }) => header.type === 'link').map(({ header }) => header.mtime);
    assert.equal(times.length, 2);
    assert.equal(times[0], times[1], layers.join(' | '));
  }
});
