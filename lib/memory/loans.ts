/*
 * Large buffers are worth keeping: allocating one costs its page faults, and garbage of that size lifts the peak memory
 * long before it is collected. A source takes a chunk and lends out what it has read into it; the sink at the end of the
 * pipe gives that back. Only what arrives there in one piece returns: whoever takes a chunk apart on the way makes it
 * ordinary garbage, so nobody can be left with memory that changes.
 */

/** What is read from a file at once. */
export const CHUNK = 1024 * 1024;

/** Bytes of each size that are kept. */
const KEPT = 8 * CHUNK;

interface Loan {
  readonly chunk: Buffer;
  holders: number;
}

const kept = new Map<number, Buffer[]>();
const lent = new WeakMap<Uint8Array, Loan>();

/** A buffer of so many bytes with anything in it. */
export function take(size = CHUNK): Buffer {
  return kept.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
}

/** The first bytes of a chunk, to be given back by who reads them last. */
export function lend(chunk: Buffer, size: number): Buffer {
  const part = chunk.subarray(0, size);
  lent.set(part, { chunk, holders: 1 });
  return part;
}

/** Whoever passes on what was lent, and goes on reading it, holds it first: it must be given back once more. */
export function hold(part: Uint8Array): void {
  const loan = lent.get(part);
  if (loan) loan.holders++;
}

/** Gives back what was lent: its memory will hold something else. Other bytes are left alone. */
export function give(part: Uint8Array): void {
  const loan = lent.get(part);
  if (!loan || --loan.holders > 0) return;
  lent.delete(part);
  const { chunk } = loan;
  const same = kept.get(chunk.length);
  if (same === undefined) kept.set(chunk.length, [chunk]);
  else if (same.length * chunk.length < KEPT) same.push(chunk);
}

/**
 * Frees memory that nobody reads any more, which the collector might let gather to a hundred MiB. It must be a buffer of
 * its own, not a part of Node's pool.
 */
export function free(memory: ArrayBufferLike): void {
  // Since Node 21; before, the collector does not wait as long.
  if ('transfer' in memory && typeof memory.transfer === 'function') memory.transfer(0);
}
