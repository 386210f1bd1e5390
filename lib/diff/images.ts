import type { Layer, OpenedImage } from '../image/image.ts';
import { entriesOfLayer } from '../image/layer-entries.ts';
import type { LayerStore } from '../image/layer-store.ts';
import type { Change, Choice } from './change.ts';
import { compareBytes, compareParts } from './image-parts.ts';
import { compareLayers, indexed, type PlainLayer } from './layers.ts';
import type { Ordered } from './merge.ts';

/** The tree of an image. */
export function treeOf({ image: { layers } }: OpenedImage): Promise<Ordered> {
  return indexed(layers.map((layer) => ({ name: layer.place.name, entries: entriesOfLayer(layer) })));
}

/** A layer and where it stands, from 1. */
interface Numbered {
  readonly layer: Layer;
  readonly number: number;
}

/** Compares two images: what they say of themselves, and layer by layer. */
export async function* compareImages(
  before: OpenedImage,
  after: OpenedImage,
  choice: Choice,
  store: LayerStore,
): AsyncGenerator<Change> {
  let isSame = true;
  const told = (change: Change): Change | undefined => {
    isSame = false;
    const fields = change.fields.filter(({ kind }) => !choice.ignored.has(kind));
    const isIgnored = change.sign !== '~' && choice.ignored.has(change.name.split(' ')[0]!);
    return isIgnored || (change.sign === '~' && fields.length === 0) ? undefined : { ...change, fields };
  };
  for (const change of compareParts(before, after)) {
    const wanted = told(change);
    if (wanted) yield wanted;
  }
  for await (const change of compareStacks(before.image.layers, after.image.layers, choice, store)) {
    isSame = false;
    yield change;
  }
  if (!isSame || choice.ignored.has('format')) return;
  yield* compareBytes(before, after);
}

async function* compareStacks(
  before: readonly Layer[],
  after: readonly Layer[],
  choice: Choice,
  store: LayerStore,
): AsyncGenerator<Change> {
  const [one, two] = [before, after].map((layers) => layers.map((layer, at): Numbered => ({ layer, number: at + 1 })));
  const { same, moved, removed, added } = aligned(one!, two!);
  for (const [from, to] of same) {
    if (from.layer.digest === to.layer.digest || choice.ignored.has('compression')) continue;
    const stored = ({ layer: { compression, digest } }: Numbered): string => `${compression} ${digest}`;
    const field = { kind: 'compression', field: 'compression', from: stored(from), to: stored(to) } as const;
    yield { sign: '~', about: 'layer', name: numbers(from, to), fields: [field] };
  }
  for (const [from, to] of moved) {
    const field = { kind: 'layer', field: 'moved', from: `${from.number}`, to: `${to.number}` } as const;
    yield { sign: '~', about: 'layer', name: from.layer.diffId, fields: [field] };
  }
  // What stands between layers that are the same is paired in its order.
  for (let at = 0; at < Math.max(removed.length, added.length); at++) {
    const [from, to] = [removed[at], added[at]];
    if (from === undefined || to === undefined) {
      const layer = (from ?? to)!;
      const field = { kind: 'layer', field: 'diff_id', from: from?.layer.diffId, to: to?.layer.diffId } as const;
      yield { sign: from ? '-' : '+', about: 'layer', name: `${layer.number}`, fields: [field] };
      continue;
    }
    yield* changesOf(from, to, choice, store);
  }
}

/** The changes of a pair of layers, the layers' numbers before them. */
async function* changesOf(from: Numbered, to: Numbered, choice: Choice, store: LayerStore): AsyncGenerator<Change> {
  const plain = async ({ layer }: Numbered): Promise<PlainLayer> => {
    return { plain: (await store.convert(layer, 'none')).place, compression: layer.compression };
  };
  const name = numbers(from, to);
  let isFirst = true;
  for await (const change of compareLayers(await plain(from), await plain(to), choice)) {
    if (change.about === 'layer') yield { ...change, name };
    else {
      if (isFirst) yield { sign: '~', about: 'layer', name, fields: [] };
      isFirst = false;
      yield change;
    }
  }
}

function numbers(from: Numbered, to: Numbered): string {
  return from.number === to.number ? `${from.number}` : `${from.number}→${to.number}`;
}

interface Alignment {
  readonly same: readonly (readonly [Numbered, Numbered])[];
  readonly moved: readonly (readonly [Numbered, Numbered])[];
  readonly removed: readonly Numbered[];
  readonly added: readonly Numbered[];
}

/** Which layers are the same by their diff_ids: those at the bottom, those at the top, and those that stand elsewhere. */
function aligned(before: readonly Numbered[], after: readonly Numbered[]): Alignment {
  const same: [Numbered, Numbered][] = [];
  const isSame = (one: Numbered | undefined, two: Numbered | undefined): boolean => {
    return one !== undefined && two !== undefined && one.layer.diffId === two.layer.diffId;
  };
  let bottom = 0;
  for (; isSame(before[bottom], after[bottom]); bottom++) same.push([before[bottom]!, after[bottom]!]);
  let top = 0;
  const most = Math.min(before.length, after.length) - bottom;
  for (; top < most && isSame(before.at(-1 - top), after.at(-1 - top)); top++) {
    same.push([before.at(-1 - top)!, after.at(-1 - top)!]);
  }
  const waiting = new Map<string, Numbered[]>();
  for (const item of before.slice(bottom, before.length - top)) {
    const others = waiting.get(item.layer.diffId);
    if (others) others.push(item);
    else waiting.set(item.layer.diffId, [item]);
  }
  const moved: [Numbered, Numbered][] = [];
  const added: Numbered[] = [];
  for (const item of after.slice(bottom, after.length - top)) {
    const from = waiting.get(item.layer.diffId)?.shift();
    if (from) moved.push([from, item]);
    else added.push(item);
  }
  const removed = [...waiting.values()].flat().sort((a, b) => a.number - b.number);
  return { same, moved, removed, added };
}
