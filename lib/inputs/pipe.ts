import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { readFile } from '../bytes/descriptor.ts';
import type { Reads } from '../bytes/place.ts';
import { systemFailure } from '../errors.ts';
import { allocate, lend } from '../memory/loans.ts';
import type { Source } from '../streams/flow.ts';
import { byteSource } from '../streams/source.ts';

/** What a pipe gives at once, in bytes. */
const PIPE_CHUNK = 64 * 1024;

/**
 * The bytes of a pipe or a socket, read through the event loop: a read that waits in the thread pool would hold one of
 * its few threads for each input. They are read into chunks that are lent. The stream closes the descriptor.
 */
export function pipeSource(fd: number, name: string, reads: Reads = { bytes: 0 }): Source<Buffer> {
  const socket = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer: () => allocate(PIPE_CHUNK),
      callback: (size, buffer) => {
        reads.bytes += size;
        return stream.push(lend(buffer as Buffer, size));
      },
    },
  });
  const stream = new Readable({
    highWaterMark: PIPE_CHUNK,
    read: () => {
      socket.resume();
    },
    destroy(error, callback) {
      socket.destroy();
      callback(error);
    },
  });
  socket.on('end', () => {
    reads.size = reads.bytes;
    stream.push(null);
  });
  socket.on('error', (error) => stream.destroy(systemFailure(name, error)));
  return stream;
}

/** The bytes of a device, read as they come. */
export function deviceSource(fd: number): Source<Buffer> {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      const buffer = Buffer.allocUnsafe(PIPE_CHUNK);
      const { bytesRead } = await readFile(fd, buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  }
  return byteSource(chunks());
}
