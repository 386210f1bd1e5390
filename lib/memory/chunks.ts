import { allocate, CHUNK, lend } from './loans.ts';

/**
 * Gathers pieces into chunks, which are lent (see loans.ts). Each small piece by itself would cost its way through a pipe
 * and a system call, and while it waits it would outlive the young generation of the heap.
 */
export interface Chunks {
  /** Copies a piece; whoever has lent it may give it back. */
  add(piece: Uint8Array): void;
  /** What is left of the chunk under way, at least a byte, to be written to. */
  room(): Buffer;
  /** Tells that the first bytes of the room are written now. */
  advance(size: number): void;
  /** Counts the chunk under way as full. */
  flush(): void;
  hasFull(): boolean;
  /** The full chunks, each once. */
  takeFull(): Buffer[];
}

/** @param size of a chunk, in bytes */
export function chunksOfSize(size = CHUNK): Chunks {
  let chunk: Buffer | undefined;
  let used = 0;
  let full: Buffer[] = [];

  function flush(): void {
    if (!chunk || used === 0) return;
    full.push(lend(chunk, used));
    chunk = undefined;
    used = 0;
  }

  function advance(written: number): void {
    used += written;
    if (used === size) flush();
  }

  return {
    add(piece) {
      for (let done = 0; done < piece.length; ) {
        chunk ??= allocate(size);
        const part = Math.min(piece.length - done, size - used);
        chunk.set(part === piece.length ? piece : piece.subarray(done, done + part), used);
        done += part;
        advance(part);
      }
    },
    room() {
      chunk ??= allocate(size);
      return chunk.subarray(used);
    },
    advance,
    flush,
    hasFull: () => full.length > 0,
    takeFull() {
      const chunks = full;
      full = [];
      return chunks;
    },
  };
}
