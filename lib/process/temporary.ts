import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemFailure } from '../errors.ts';

/**
 * Makes a temporary directory for a program that will write only under a name, lets `work` use it, and removes it. A
 * shell of its own waits for the end of this process and removes it then, so that nothing is left after a kill either.
 */
export async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'layertool-')).catch((error: unknown) => {
    throw systemFailure(tmpdir(), error, 'set TMPDIR to a directory for temporary files');
  });
  const guard = spawn('/bin/sh', ['-c', 'read -r _; rm -rf -- "$1"', 'sh', directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // An interrupt from the terminal goes to the whole process group, and must not end the guard.
    detached: true,
  });
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.unref();
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
    guard.stdin.end();
  }
}

/** The same where it is needed, else only the work, with the path of nothing. */
export function withDirectoryIf<T>(isNeeded: boolean, work: (directory: string) => Promise<T>): Promise<T> {
  return isNeeded ? withDirectory(work) : work('');
}
