import type { Header } from './entry.ts';

/** A time of a file in nanoseconds since 1970, as a header tells it. */
export function timeOf(mtime: bigint): Pick<Header, 'mtime' | 'nanoseconds'> {
  const nanoseconds = ((mtime % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return { mtime: Number((mtime - nanoseconds) / 1_000_000_000n), nanoseconds: Number(nanoseconds) };
}
