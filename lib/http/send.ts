import type { ClientRequest } from 'node:http';
import { Writable } from 'node:stream';
import { giveBack } from '../memory/loans.ts';
import { type Sink, typedSink } from '../streams/flow.ts';
import { pump } from '../streams/pump.ts';
import { byteSource } from '../streams/source.ts';

/** How long a server may take to say that it will take a body, in milliseconds; many never say it. */
const CONTINUE_LIMIT = 1000;

/**
 * Sends a body as it comes. Where the request expects it (`Expect: 100-continue`) the server is asked first, so that one
 * which refuses costs nothing. A server that answers before the end gets no more, and its answer counts.
 *
 * @param waiting is told whether the next move is the server's
 */
export async function send(
  request: ClientRequest,
  body: AsyncIterable<Buffer>,
  waiting: (so: boolean) => void,
): Promise<void> {
  let refused = false;
  const refusal = new Promise<void>((resolve) => {
    request.once('response', ({ statusCode = 0 }) => {
      if (statusCode < 300) return;
      refused = true;
      resolve();
    });
  });
  if (request.getHeader('expect') !== undefined) {
    request.flushHeaders();
    await Promise.race([continued(request), refusal]);
  }
  if (refused) return;
  const source = byteSource(body);
  for (const event of ['response', 'error'] as const) {
    request.once(event, () => {
      if (refused || event === 'error') source.destroy();
    });
  }
  waiting(false);
  // A source that waits for a pipe is only gone when something comes.
  await Promise.race([pump(source, requestSink(request, waiting)), refusal]).catch((error: unknown) => {
    if (!refused) throw error;
  });
}

/** Resolves when the server says that it will take a body, or does not say it in time. */
function continued(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CONTINUE_LIMIT);
    for (const event of ['continue', 'close'] as const) {
      request.once(event, () => {
        clearTimeout(timer);
        resolve();
      });
    }
  });
}

/** The request is not destroyed with it: an answer may still be there to be read. */
function requestSink(request: ClientRequest, waiting: (so: boolean) => void): Sink<Buffer> {
  let gone: Error | undefined;
  let settle: (error?: Error | null) => void = () => {};
  function lose(error: Error): void {
    gone ??= error;
    settle(gone);
  }
  request.once('error', lose);
  request.once('close', () => lose(new Error('the connection was closed')));

  /** What comes to a request that is gone is not even called back. */
  function begin(callback: (error?: Error | null) => void): ((error?: Error | null) => void) | undefined {
    if (gone) {
      callback(gone);
      return undefined;
    }
    waiting(true);
    settle = (error) => {
      settle = () => {};
      callback(error);
    };
    return (error) => settle(error);
  }

  const stream = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      const done = begin(callback);
      if (done === undefined) return;
      request.write(chunk, (error) => {
        waiting(false);
        giveBack(chunk);
        done(error);
      });
    },
    final(callback) {
      const done = begin(callback);
      if (done !== undefined) request.end(() => done());
    },
  });
  return typedSink(stream);
}
