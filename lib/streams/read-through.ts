import type { Source } from './flow.ts';

/**
 * What the last stage of a pipe gives. Whoever reads meets the failure of the pipe.
 *
 * @param last the stage
 * @param pumped settles with the pipe
 */
export async function* readThrough<Out>(last: Source<Out>, pumped: Promise<void>): AsyncGenerator<Out> {
  pumped.catch(() => {});
  try {
    yield* last;
  } catch (error) {
    // The stage knows only that it was closed; the pipe knows why.
    await pumped;
    throw error;
  }
  await pumped;
}
