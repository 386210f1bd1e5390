/**
 * Does work on items, several at a time, and resolves with the results in the order of the items. It rejects with the
 * first failure in that order, when all that was begun has ended; nothing is begun behind a failure.
 *
 * @param count how many at a time
 * @param work is told its lane, from 0: one piece of work at a time is in each
 */
export async function inLanes<In, Out>(
  items: readonly In[],
  count: number,
  work: (item: In, lane: number) => Promise<Out>,
): Promise<Out[]> {
  const results: Out[] = [];
  let next = 0;
  const failures: { readonly at: number; readonly error: unknown }[] = [];

  async function lane(number: number): Promise<void> {
    while (next < items.length && failures.length === 0) {
      const at = next++;
      try {
        results[at] = await work(items[at]!, number);
      } catch (error) {
        failures.push({ at, error });
      }
    }
  }

  await Promise.all(Array.from({ length: count }, (_, number) => lane(number)));
  const [first] = failures.toSorted((a, b) => a.at - b.at);
  if (first) throw first.error;
  return results;
}
