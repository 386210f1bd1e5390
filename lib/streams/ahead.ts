/**
 * Works on several items at once, and gives the results in the order of the items. At the first failure, and when the
 * reader leaves, no item is begun any more, and the generator ends when those that were begun have.
 *
 * @param width as many are worked on at once, those included whose results wait to be read
 */
export async function* ahead<In, Out>(
  items: Iterable<In> | AsyncIterable<In>,
  width: number,
  work: (item: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const underWay: Promise<Out>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // Whoever waits for it meets its failure, which may come before.
      result.catch(() => {});
      underWay.push(result);
      if (underWay.length >= width) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}
