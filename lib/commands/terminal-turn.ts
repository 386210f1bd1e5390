import { fstatSync } from 'node:fs';
import { createServer } from 'node:net';
import { errorCode } from '../errors.ts';

/*
 * Of the layertools of a pipeline, which have one terminal, one draws at a time. Whoever has the turn listens on a socket
 * with the terminal's name. Abstract sockets (unix(7)) end with their process, however it ends; where there are none,
 * everybody draws.
 */

/**
 * Asks for the turn at the terminal of standard error: what it gives tells whether it is ours, or may be when it is asked
 * later. It is kept until the process ends, whose last words others would write over.
 */
export function turn(): () => boolean {
  let state: 'waiting' | 'asked' | 'ours' = 'waiting';

  function ask(): void {
    state = 'asked';
    const { dev, ino, rdev } = fstatSync(2);
    const server = createServer((socket) => socket.destroy()).unref();
    server.on('error', (error) => {
      state = errorCode(error) === 'EADDRINUSE' ? 'waiting' : 'ours';
    });
    server.listen(`\0layertool:${process.getuid?.() ?? 0}:${dev}:${ino}:${rdev}`, () => {
      state = 'ours';
    });
  }

  return () => {
    if (state === 'waiting') ask();
    return state === 'ours';
  };
}
