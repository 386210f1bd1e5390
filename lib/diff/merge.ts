import type { Entry } from '../entries/entry.ts';
import { pathOrder } from '../entries/path-order.ts';

/** The entries of one side, in the order of paths. */
export type Ordered = Iterable<Entry> | AsyncIterable<Entry>;

/** What two sides have at one path: at least one of them is there. */
export interface Pair {
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
}

interface Side {
  readonly entries: Iterator<Entry> | AsyncIterator<Entry>;
  entry: Entry | undefined;
  order: string;
}

/**
 * Two ordered streams as one of pairs. A body that is a stream must be read, or given up, before the next pair is asked
 * for.
 */
export async function* merge(before: Ordered, after: Ordered): AsyncGenerator<Pair> {
  const one = sideOf(before);
  const two = sideOf(after);
  try {
    await next(one);
    await next(two);
    while (one.entry !== undefined || two.entry !== undefined) {
      const hasOne = one.entry !== undefined && (two.entry === undefined || one.order <= two.order);
      const hasTwo = two.entry !== undefined && (one.entry === undefined || two.order <= one.order);
      yield { before: hasOne ? one.entry : undefined, after: hasTwo ? two.entry : undefined };
      if (hasOne) await next(one);
      if (hasTwo) await next(two);
    }
  } finally {
    await one.entries.return?.();
    await two.entries.return?.();
  }
}

function sideOf(entries: Ordered): Side {
  const iterator = Symbol.iterator in entries ? entries[Symbol.iterator]() : entries[Symbol.asyncIterator]();
  return { entries: iterator, entry: undefined, order: '' };
}

async function next(side: Side): Promise<void> {
  const step = side.entries.next();
  const { done, value } = step instanceof Promise ? await step : step;
  side.entry = done ? undefined : value;
  side.order = side.entry === undefined ? '' : pathOrder(side.entry.header.name);
}
