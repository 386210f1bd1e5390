import { type Duplex, PassThrough, type Writable } from 'node:stream';
import { hold } from '../memory/loans.ts';
import { flow } from './flow.ts';
import { pump } from './pump.ts';

/** Lets bytes through, and pumps them through other streams as well, whose end it waits for at its own. */
export function aside(...streams: [...Duplex[], Writable]): Duplex {
  return flow<Buffer, Buffer>(
    async function* (input) {
      const entrance = new PassThrough({ highWaterMark: 1 });
      let failed: (error: unknown) => void = () => {};
      const ended = pump(entrance, ...streams);
      ended.catch((error: unknown) => failed(error));
      try {
        for await (const chunk of input) {
          // Both sides give it back.
          hold(chunk);
          await new Promise<void>((resolve, reject) => {
            failed = reject;
            entrance.write(chunk, (error) => (error ? reject(error) : resolve()));
          }).catch(async (error: unknown) => {
            // Why it ended says more than that it has.
            await ended;
            throw error;
          });
          yield chunk;
        }
        entrance.end();
        await ended;
      } finally {
        entrance.destroy();
        await ended.catch(() => {});
      }
    },
    { from: 'bytes', to: 'bytes' },
  );
}
