import { createHash } from 'node:crypto';
import { finish } from '../bytes/digest.ts';
import type { Place } from '../bytes/place.ts';
import type { Compression } from '../codecs/compression.ts';
import { pathOrder } from '../entries/path-order.ts';
import { checkPaths } from '../entries/paths.ts';
import { blame } from '../errors.ts';
import { emit } from '../stack/emit.ts';
import { type Layer, stack } from '../stack/stack.ts';
import { entriesAt } from '../tar/unpack.ts';
import type { Change, Choice, FieldChange } from './change.ts';
import { samePlaces } from './content.ts';
import { compareEntries } from './entries.ts';
import type { Ordered } from './merge.ts';

/** A layer that can be read at any time, and how it was stored. */
export interface PlainLayer {
  readonly plain: Place;
  readonly compression: Compression;
}

/**
 * Compares two layers. Where both are in the canonical order they are read side by side; otherwise through an index of
 * both.
 */
export async function* compareLayers(before: PlainLayer, after: PlainLayer, choice: Choice): AsyncGenerator<Change> {
  const about: FieldChange[] = [];
  if (before.compression !== after.compression) {
    about.push({ kind: 'compression', field: 'compression', from: before.compression, to: after.compression });
  }
  const [one, two] = [before.plain, after.plain];
  if (one.size !== two.size || !(await samePlaces(one, two))) {
    const [first, second] = [sequenceOf(one), sequenceOf(two)];
    const isOrdered = first.isOrdered && second.isOrdered;
    const entries = (plain: Place): Ordered | Promise<Ordered> => {
      return isOrdered ? entriesAt(plain) : indexed([{ name: plain.name, entries: entriesAt(plain) }]);
    };
    let isSame = true;
    for await (const comparison of compareEntries(await entries(one), await entries(two), choice)) {
      isSame &&= comparison.isSame;
      if (comparison.change) yield comparison.change;
    }
    // What two layers have in another order, or twice, comes to the same when it is applied.
    const isReordered = first.sequence !== second.sequence && first.paths === second.paths;
    if (isReordered) about.push({ kind: 'order', field: 'order', from: undefined, to: undefined });
    else if (isSame) about.push({ kind: 'format', field: 'format', from: undefined, to: undefined });
  }
  const fields = about.filter(({ kind }) => !choice.ignored.has(kind));
  if (fields.length > 0) yield { sign: '~', about: 'layer', name: '', fields };
}

/** The entries that layers come to, in order. */
export async function indexed(layers: readonly Layer[]): Promise<Ordered> {
  const stacked = stack();
  for (const layer of layers) await stacked.push(layer);
  return emit(stacked, 0);
}

interface Sequence {
  /** Whether the paths are in the canonical order, none twice. */
  readonly isOrdered: boolean;
  /** Of the paths in their order. */
  readonly sequence: string;
  /** Of the paths in whatever order. */
  readonly paths: string;
}

/** Reads the headers of a layer; one that is damaged or cut off is an InputError. */
function sequenceOf(layer: Place): Sequence {
  const sequence = createHash('sha256');
  // The sum of the digests of all paths does not depend on their order.
  const sum = new Uint32Array(8);
  let last: string | undefined;
  let isOrdered = true;
  for (const { header } of entriesAt(layer)) {
    try {
      checkPaths(header);
    } catch (error) {
      throw blame(layer.name, error);
    }
    const order = pathOrder(header.name);
    isOrdered &&= last === undefined || last < order;
    last = order;
    const digest = createHash('sha256').update(order, 'latin1').digest();
    sequence.update(digest);
    for (let at = 0; at < 8; at++) sum[at] = (sum[at] ?? 0) + digest.readUInt32LE(4 * at);
  }
  return { isOrdered, sequence: finish(sequence), paths: sum.join() };
}
