import type { Source } from './flow.ts';

/**
 * What the last stage of a pipe gives. Whoever reads meets the failure of the pipe, in whichever stage it is.
 *
 * @param last the stage
 * @param pumped settles with the pipe
 */
export async function* readThrough<Out>(last: Source<Out>, pumped: Promise<void>): AsyncGenerator<Out> {
  // The stage is destroyed with the same reason, and that may be met first.
  pumped.catch(() => {});
  yield* last;
  await pumped;
}
