import { giveBack } from '../memory/loans.ts';

/** Bytes of a stream that are kept, so that what breaks early can be begun again. */
const HEAD_LIMIT = 4 * 1024 * 1024;

/** A stream that can be read from its start again as long as only its first part has been read. */
export interface Replay {
  /** The bytes from the start. What was reading them before gets no more. */
  bytes(): AsyncGenerator<Buffer>;
  canRestart(): boolean;
  /** Whether the end was reached. */
  isOver(): boolean;
}

/**
 * Reads a stream through a window at its start.
 *
 * @param limit how many bytes are kept for another start
 */
export function replay(input: AsyncIterable<Buffer>, limit = HEAD_LIMIT): Replay {
  const source = input[Symbol.asyncIterator]();
  let head: Buffer[] | undefined = [];
  let size = 0;
  /** The chunk that did not fit into the head, and all after it, one at a time. */
  let passing: Buffer | undefined;
  let over = false;
  let reader = 0;
  let step: Promise<void> | undefined;

  async function advance(): Promise<void> {
    const next = await source.next();
    step = undefined;
    if (next.done) over = true;
    else if (head && size + next.value.length <= limit) {
      size += next.value.length;
      head.push(Buffer.from(next.value));
      giveBack(next.value);
    } else {
      head = undefined;
      passing = next.value;
    }
  }

  /** Reads the head, which other readers may make longer meanwhile, and then what passes. */
  async function* read(mine: number, start: Buffer[]): AsyncGenerator<Buffer> {
    for (let at = 0; mine === reader; ) {
      const chunk = start[at];
      if (chunk) {
        at++;
        yield chunk;
      } else if (passing) {
        const chunk = passing;
        passing = undefined;
        at = start.length = 0;
        yield chunk;
      } else if (over) {
        return;
      } else {
        step ??= advance();
        await step;
      }
    }
  }

  return {
    bytes() {
      if (head === undefined) throw new Error('the start of the stream is no longer there');
      return read(++reader, head);
    },
    canRestart: () => head !== undefined,
    isOver: () => over,
  };
}
