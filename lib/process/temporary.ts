import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemFailure } from '../errors.ts';
import { guard } from './guard.ts';

/**
 * Makes a temporary directory for a program that will write only under a name, lets `work` use it, and removes it; its
 * guard does so after a kill.
 */
export async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = join(tmpdir(), `layertool-${randomUUID()}`);
  // Before the directory is there, so that there is no moment in which nobody would remove it.
  const release = guard(directory);
  try {
    await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
      throw systemFailure(tmpdir(), error, 'set TMPDIR to a directory for temporary files');
    });
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
    release();
  }
}

/** The same where it is needed, else only the work, with the path of nothing. */
export function withDirectoryIf<T>(isNeeded: boolean, work: (directory: string) => Promise<T>): Promise<T> {
  return isNeeded ? withDirectory(work) : work('');
}
