import { readSteps } from '../../../lib/commands/filter-steps.ts';
import type { Entry } from '../../../lib/entries/entry.ts';
import { pump } from '../../../lib/streams/pump.ts';
import { source } from '../../../lib/streams/source.ts';
import { pack } from '../../../lib/tar/pack.ts';
import { entriesAt } from '../../../lib/tar/unpack.ts';
import { checkingPaths } from '../../../transforms/check-paths.ts';
import { agree, Broken, outcomeOf } from '../judges/broken.ts';
import { collected } from '../judges/collected.ts';
import { entriesOf } from '../judges/entries.ts';
import { mutateTar } from '../mutate/tar.ts';
import { piecesOf, placeOf } from '../scratch.ts';
import { layers } from '../seeds/layers.ts';
import type { Target } from '../target.ts';

/** Edits of every kind, a few of which each run takes. */
const edits: readonly (readonly [string, string])[] = [
  ['delete', 'a*'],
  ['delete', '!*b'],
  ['keep', '*e*'],
  ['rename', 's,e,x,g'],
  ['rename', 's,^[^/]*/,,'],
  ['chown', '5:6=*o*'],
  ['chmod', 'u+x,go-w'],
  ['clamp', '100'],
  ['whiteout', 'a/b'],
  ['opaque', 'd'],
];

/** An edited layer is the same from a file and from a pipe, and is a layer. */
export const filter: Target = {
  name: 'filter',
  quick: 100,
  limit: 2000,
  size: 16 * 1024,
  seeds: () =>
    layers()
      .filter(({ length }) => length < 16 * 1024)
      .map((bytes, at) => [bytes, Buffer.of(at % edits.length, (at * 3) % edits.length, (at * 7) % edits.length)]),
  mutate(part, dice, other, index) {
    if (index === 0) return mutateTar(part, dice, other);
    return Buffer.from(Array.from({ length: 1 + dice.below(4) }, () => dice.below(edits.length)));
  },
  async run([bytes = Buffer.alloc(0), choice = Buffer.alloc(0)]) {
    const order = [...choice].map((at) => edits[at % edits.length]!);
    const edited = (entries: Iterable<Entry> | AsyncIterable<Entry>): Promise<Buffer | undefined> => {
      const stages = readSteps(order, 0).map(({ stage }) => stage);
      return collected((sink) => pump(source(entries), checkingPaths(), stages, pack(), sink));
    };
    const names = ['layer.tar'];
    const placed = await outcomeOf(() => edited(entriesAt(placeOf(bytes, 'layer.tar'))), names, 'FormatError');
    const streamed = await outcomeOf(() => edited(entriesOf('layer.tar', piecesOf(bytes))), names, 'FormatError');
    agree('a layer edited from a file and from a stream', placed, streamed, (value) => value?.toString('latin1') ?? '');
    if ('refusal' in placed) return placed.refusal.replace(/^.*(?=would| is | climbs)/s, '');
    if (placed.value === undefined) return 'taken large';
    const { value } = placed;
    const again = await outcomeOf(() => [...entriesAt(placeOf(value, 'edited.tar'))].length, ['edited.tar']);
    if ('refusal' in again) throw new Broken(`an edited layer is refused: ${again.refusal}`);
    return `taken ${order.map(([key]) => key).join(' ')}`;
  },
};
