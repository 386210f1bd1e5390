/*
 * Large buffers are worth keeping: allocating a MiB costs its page faults, and garbage of that size lifts the peak
 * memory long before it is collected. A source takes a chunk and lends out what it has read into it; the sink at the
 * end of the pipe gives that back when it has been written. Only what arrives there in one piece returns: whoever
 * takes a chunk apart on the way makes it ordinary garbage, so nobody can be left with memory that changes.
 */

const SIZE = 1024 * 1024;
const KEPT = 8;

const free: Buffer[] = [];
const lent = new WeakMap<Uint8Array, Buffer>();

/** A buffer of 1 MiB with anything in it. */
export function take(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(SIZE);
}

/** The first bytes of a chunk, to be given back by who reads them last. */
export function lend(chunk: Buffer, size: number): Buffer {
  const part = chunk.subarray(0, size);
  lent.set(part, chunk);
  return part;
}

/** Gives back what was lent: its memory will hold something else. Other bytes are left alone. */
export function give(part: Uint8Array): void {
  const chunk = lent.get(part);
  if (chunk === undefined) return;
  lent.delete(part);
  if (free.length < KEPT) free.push(chunk);
}
