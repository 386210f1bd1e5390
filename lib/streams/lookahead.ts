/** Bytes of which the first can be looked at before they are read. */
export interface Lookahead {
  /** The first bytes, at least so many, or all there are. */
  ahead(size: number): Promise<Buffer>;
  /** All of the bytes, once. */
  bytes(): AsyncGenerator<Buffer>;
}

/** Lets the start of a stream be looked at. */
export function lookahead(input: AsyncIterable<Buffer>): Lookahead {
  const chunks = input[Symbol.asyncIterator]();
  let parts: Buffer[] = [];
  let size = 0;
  let isOver = false;
  return {
    async ahead(wanted) {
      while (size < wanted && !isOver) {
        const next = await chunks.next();
        if (next.done) {
          isOver = true;
        } else {
          parts.push(next.value);
          size += next.value.length;
        }
      }
      if (parts.length !== 1) parts = [Buffer.concat(parts)];
      return parts[0]!;
    },
    async *bytes() {
      try {
        yield* parts;
        parts = [];
        if (!isOver) yield* { [Symbol.asyncIterator]: () => chunks };
      } finally {
        await chunks.return?.();
      }
    },
  };
}
