/** Bytes of which the first can be looked at before they are read. */
export interface Peek {
  /** The first bytes, at least so many, or all there are. */
  ahead(size: number): Promise<Buffer>;
  /** All of them, once. */
  bytes(): AsyncGenerator<Buffer>;
}

export function peek(input: AsyncIterable<Buffer>): Peek {
  const source = input[Symbol.asyncIterator]();
  let parts: Buffer[] = [];
  let size = 0;
  let over = false;
  return {
    async ahead(wanted) {
      while (size < wanted && !over) {
        const next = await source.next();
        if (next.done) {
          over = true;
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
        if (!over) yield* { [Symbol.asyncIterator]: () => source };
      } finally {
        await source.return?.();
      }
    },
  };
}
