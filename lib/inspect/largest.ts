/** Something of a size in bytes. */
export interface Sized {
  readonly size: number;
}

/** The largest of many, largest first; of equal ones those that came first. */
export interface Largest<T> {
  see(item: T): void;
  list(): T[];
}

/** Remembers so many of the largest. */
export function largest<T extends Sized>(count: number): Largest<T> {
  let items: T[] = [];
  let least = 0;
  const cut = (): void => {
    items = items.sort((a, b) => b.size - a.size).slice(0, count);
    if (items.length === count) least = items.at(-1)?.size ?? 0;
  };
  return {
    see(item) {
      if (item.size <= least) return;
      items.push(item);
      // Sorting seldom costs less than sorting each time.
      if (items.length >= 4 * count) cut();
    },
    list() {
      cut();
      return [...items];
    },
  };
}
