import { constants, fstatSync, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { openFile } from '../bytes/descriptor.ts';
import { errorCode, InputError, systemFailure, UsageError } from '../errors.ts';
import { giveBack } from '../memory/loans.ts';
import { type Sink, typedSink } from '../streams/flow.ts';
import { type Output, type Watcher, writer } from './writer.ts';

/** What is written. */
export type Content = 'bytes' | 'text';

/**
 * A sink that writes to standard output, whatever that is. Node puts the null device in the place of a standard output
 * that is closed, and others give it as one that is open: it counts as such.
 */
export async function standardOutput(watcher: Watcher, content: Content): Promise<Output> {
  const name = 'standard output';
  let stats: Stats;
  try {
    stats = fstatSync(1);
  } catch (error) {
    throw systemFailure(name, error);
  }
  if (stats.isDirectory()) throw new InputError(name, 'is a directory');
  const { isatty } = await import('node:tty');
  const isTerminal = isatty(1);
  if (isTerminal && content === 'bytes') {
    throw new UsageError('refusing to write binary output to a terminal', 'use -o FILE, or a pipe');
  }
  if (isTerminal || stats.isSocket()) return through(process.stdout, watcher);
  return stats.isFIFO() ? pipeOutput(watcher) : writer({ fd: 1, name, release: () => Promise.resolve(), ...watcher });
}

/** Writes to one of Node's own streams, which knows how to wait for a reader without holding a thread. */
function through(stream: Writable, { wrote, last }: Watcher, release: () => void = () => {}): Sink<Buffer> {
  // The failure of a write is told to who wrote.
  stream.on('error', () => {});
  const sink = new Writable({
    highWaterMark: 2 * 1024 * 1024,
    write(chunk: Buffer, _encoding, callback) {
      stream.write(chunk, (error) => {
        wrote(chunk.length);
        giveBack(chunk);
        callback(error);
      });
    },
    final(callback) {
      last().then(() => callback(), callback);
    },
    destroy(error, callback) {
      release();
      callback(error);
    },
  });
  return typedSink(sink);
}

/**
 * The pipe of fd 1, opened anew, since not to block is a property shared with everybody who has the old descriptor. A
 * write that blocks would hold a thread, which the end of the process waits for, as long as nobody reads.
 */
async function pipeOutput(watcher: Watcher): Promise<Output> {
  let fd: number;
  try {
    fd = await openFile('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENXIO') throw Object.assign(new Error('nobody reads it'), { code: 'EPIPE' });
    return through(process.stdout, watcher);
  }
  const socket = new Socket({ fd, readable: false, writable: true });
  return through(socket, watcher, () => socket.destroy());
}
