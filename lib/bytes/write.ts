import { errorCode } from '../errors.ts';
import { writeFile } from './descriptor.ts';

/** As many chunks as one system call takes (IOV_MAX). */
const AT_ONCE = 1024;

/**
 * Writes chunks, all of them.
 *
 * @param offset where in the file, or undefined for where the descriptor stands
 */
export async function writeAll(fd: number, chunks: readonly Uint8Array[], offset?: number): Promise<void> {
  let at = offset;
  let rest = chunks.filter((chunk) => chunk.length > 0);
  while (rest.length > 0) {
    let { bytesWritten } = await writeFile(fd, rest.slice(0, AT_ONCE), at).catch(waitIfFull);
    if (at !== undefined) at += bytesWritten;
    while (rest.length > 0 && bytesWritten >= rest[0]!.length) bytesWritten -= rest.shift()!.length;
    if (bytesWritten > 0) rest = [rest[0]!.subarray(bytesWritten), ...rest.slice(1)];
  }
}

/** A pipe that somebody made not block, and that could not be opened anew, is full at times. */
async function waitIfFull(error: unknown): Promise<{ bytesWritten: number }> {
  if (errorCode(error) !== 'EAGAIN') throw error;
  await new Promise((wake) => setTimeout(wake, 5));
  return { bytesWritten: 0 };
}
