import { setTimeout as wait } from 'node:timers/promises';
import { isUnreachable, Passing } from './failures.ts';

/** How long to wait before each further attempt, in milliseconds, where the server does not say. */
export type Pauses = readonly number[];

export const PAUSES: Pauses = [250, 500, 1000, 2000, 4000];

/** A host that is not there will mostly not be there in a second either. */
const UNREACHABLE = 2;

/** Tells of a failure that is not the end of it. */
export type Retrying = (failure: Passing, pause: number) => void;

/** Waits, if another attempt is to be made after a failure; otherwise throws it. `attempt` counts from 0. */
export async function pauseAfter(failure: unknown, attempt: number, pauses: Pauses, tell: Retrying): Promise<void> {
  const pause = pauses[attempt];
  if (!(failure instanceof Passing) || pause === undefined) throw failure;
  if (isUnreachable(failure) && attempt >= UNREACHABLE) throw failure;
  const time = Math.max(pause, failure.after ?? 0);
  tell(failure, time);
  await wait(time);
}

/** Does something until it succeeds, or fails for good. */
export async function retried<T>(work: () => Promise<T>, pauses: Pauses, tell: Retrying): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (failure) {
      await pauseAfter(failure, attempt, pauses, tell);
    }
  }
}
