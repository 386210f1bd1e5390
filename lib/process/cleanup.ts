/*
 * What must not be left behind when the process ends, be it at its own end or by a signal.
 */

const cleanups = new Set<() => void>();
process.once('exit', cleanUp);

/**
 * Notes what is to be done when the process ends.
 *
 * @returns forgets it again
 */
export function atEnd(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
  };
}

/** Does all that was noted, each once. */
export function cleanUp(): void {
  for (const cleanup of cleanups) {
    cleanups.delete(cleanup);
    cleanup();
  }
}
