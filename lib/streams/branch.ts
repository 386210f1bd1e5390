import { PassThrough } from 'node:stream';
import { share } from '../memory/loans.ts';
import { type Flow, flow, type Source } from './flow.ts';

/**
 * Lets bytes through, and gives them to another pipe as well, whose end it waits for at its own.
 *
 * @param pipe pumps the bytes that it is given into a sink
 */
export function branch(pipe: (bytes: Source<Buffer>) => Promise<void>): Flow<Buffer, Buffer> {
  return flow<Buffer, Buffer>(
    async function* (input) {
      const entrance = new PassThrough({ highWaterMark: 1 });
      let refuse: (error: unknown) => void = () => {};
      const ended = pipe(entrance);
      ended.catch((error: unknown) => refuse(error));
      try {
        for await (const chunk of input) {
          // Both sides give the chunk back.
          share(chunk);
          await new Promise<void>((resolve, reject) => {
            refuse = reject;
            entrance.write(chunk, (error) => (error ? reject(error) : resolve()));
          }).catch(async (error: unknown) => {
            // Why the branch ended says more than that it has.
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
