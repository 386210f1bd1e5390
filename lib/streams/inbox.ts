/** What is written to a stream, as its reader takes it: one at a time, and the next only when that has been asked for. */
export interface Inbox<In> {
  /** To be read once. Leaving its loop early leaves the rest to be forgotten. */
  readonly input: AsyncIterable<In>;
  /** Offers a value; `taken` is called when the next one may be offered. */
  offer(value: In, taken: () => void): void;
  end(): void;
  /** Makes the reader fail, now if it waits. */
  fail(error: Error): void;
  /** Takes and forgets everything from now on. */
  leave(): void;
  /** Resolves when `end` is called. */
  readonly ended: Promise<void>;
}

/** Makes an empty inbox. */
export function inbox<In>(): Inbox<In> {
  let offered: { value: In; taken: () => void } | undefined;
  let taken: (() => void) | undefined;
  let waiting: { resolve: (result: IteratorResult<In>) => void; reject: (error: Error) => void } | undefined;
  let isEnded = false;
  let isLeft = false;
  let failure: Error | undefined;
  let resolveEnd = (): void => {};
  const ended = new Promise<void>((resolve) => {
    resolveEnd = resolve;
  });
  const over: IteratorResult<In> = { done: true, value: undefined };

  function leave(): void {
    isLeft = true;
    taken?.();
    offered?.taken();
    taken = offered = undefined;
  }

  const input: AsyncIterableIterator<In> = {
    [Symbol.asyncIterator]: () => input,
    next() {
      taken?.();
      taken = undefined;
      if (failure) return Promise.reject(failure);
      if (offered) {
        const { value } = offered;
        taken = offered.taken;
        offered = undefined;
        return Promise.resolve({ done: false, value });
      }
      if (isEnded) return Promise.resolve(over);
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      });
    },
    return() {
      leave();
      return Promise.resolve(over);
    },
  };

  return {
    input,
    ended,
    leave,
    offer(value, whenTaken) {
      if (isLeft) return whenTaken();
      if (waiting === undefined) {
        offered = { value, taken: whenTaken };
        return;
      }
      const { resolve } = waiting;
      waiting = undefined;
      taken = whenTaken;
      resolve({ done: false, value });
    },
    end() {
      isEnded = true;
      resolveEnd();
      waiting?.resolve(over);
      waiting = undefined;
    },
    fail(error) {
      failure = error;
      waiting?.reject(error);
      waiting = offered = taken = undefined;
    },
  };
}
