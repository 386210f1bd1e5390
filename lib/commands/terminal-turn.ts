import { fstatSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { errorCode } from '../errors.ts';

/*
 * Of the layertools of a pipeline, which have one terminal, one draws at a time. Whoever has the turn listens on a socket
 * with the terminal's name. Abstract sockets (unix(7)) end with their process, however it ends; where there are none,
 * everybody draws.
 */

/** A turn that may come, and may be given back. */
export interface Turn {
  /** Whether it is ours. Asked again later, it may be. */
  isOurs(): boolean;
  giveBack(): void;
}

/** Waits for the turn at the terminal of standard error. */
export function turn(): Turn {
  let server: Server | undefined;
  let state: 'waiting' | 'asked' | 'ours' | 'given back' = 'waiting';

  function ask(): void {
    state = 'asked';
    const { dev, ino, rdev } = fstatSync(2);
    server = createServer((socket) => socket.destroy()).unref();
    server.on('error', (error) => {
      if (state === 'asked') state = errorCode(error) === 'EADDRINUSE' ? 'waiting' : 'ours';
    });
    server.listen(`\0layertool:${process.getuid?.() ?? 0}:${dev}:${ino}:${rdev}`, () => {
      if (state === 'given back') server?.close();
      else state = 'ours';
    });
  }

  return {
    isOurs() {
      if (state === 'waiting') ask();
      return state === 'ours';
    },
    giveBack() {
      if (state === 'ours' && server?.listening) server.close();
      state = 'given back';
    },
  };
}
