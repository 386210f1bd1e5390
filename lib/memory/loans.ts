/*
 * Large buffers are worth keeping: allocating one costs its page faults, and garbage of that size lifts the peak memory
 * long before it is collected. A source allocates a chunk and lends out what it has read into it; the sink at the end
 * of the pipe gives that back. Only what arrives there in one piece returns: whoever takes a chunk apart on the way makes it
 * ordinary garbage, so nobody can be left with memory that changes.
 */

/** What is read from a file at once. */
export const CHUNK = 1024 * 1024;

/** Bytes in spare chunks of each size. */
const SPARE = 8 * CHUNK;

interface Loan {
  readonly chunk: Buffer;
  holders: number;
}

/** Chunks that may be used again, by their size. */
const spare = new Map<number, Buffer[]>();
const lent = new WeakMap<Uint8Array, Loan>();

/** A buffer of a size in bytes, with anything in it. */
export function allocate(size = CHUNK): Buffer {
  return spare.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
}

/** The first `size` bytes of a chunk, to be given back by whoever reads them last. */
export function lend(chunk: Buffer, size: number): Buffer {
  const part = chunk.subarray(0, size);
  lent.set(part, { chunk, holders: 1 });
  return part;
}

/** Whoever passes lent bytes on, and goes on reading them, shares them first: they must be given back once more. */
export function share(part: Uint8Array): void {
  const loan = lent.get(part);
  if (loan) loan.holders++;
}

/** Gives lent bytes back: their memory will hold something else. Bytes that were not lent are left alone. */
export function giveBack(part: Uint8Array): void {
  const loan = lent.get(part);
  if (!loan || --loan.holders > 0) return;
  lent.delete(part);
  const { chunk } = loan;
  const sameSize = spare.get(chunk.length);
  if (sameSize === undefined) spare.set(chunk.length, [chunk]);
  else if (sameSize.length * chunk.length < SPARE) sameSize.push(chunk);
}

/**
 * Frees memory that nobody reads any more, which the collector might let gather to a hundred MiB; what is allocated next
 * gets the same pages. The memory must be a buffer's own, not a part of Node's pool.
 */
export function free(memory: ArrayBufferLike): void {
  // Since Node 21.
  if ('transfer' in memory && typeof memory.transfer === 'function') memory.transfer(0);
  else if (memory instanceof ArrayBuffer) nobody().postMessage(undefined, [memory]);
}

let closed: Port | undefined;

type Port = InstanceType<typeof MessageChannel>['port1'];

/** A port without a reader: what is transferred to it is gone (HTML, "Message ports", the message port post message steps). */
function nobody(): Port {
  if (closed === undefined) {
    closed = new MessageChannel().port1;
    closed.close();
  }
  return closed;
}
