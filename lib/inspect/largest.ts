/** Something of a size in bytes. */
export interface Sized {
  readonly size: number;
}

/** Keeps the largest of many, largest first; of equal ones those that came first. */
export function largest<T extends Sized>(count: number): { see(one: T): void; list(): T[] } {
  let kept: T[] = [];
  let least = 0;
  const cut = (): void => {
    kept = kept.sort((a, b) => b.size - a.size).slice(0, count);
    if (kept.length === count) least = kept.at(-1)?.size ?? 0;
  };
  return {
    see(one) {
      if (one.size <= least) return;
      kept.push(one);
      // Sorting seldom costs less than sorting each time.
      if (kept.length >= 4 * count) cut();
    },
    list() {
      cut();
      return [...kept];
    },
  };
}
