import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { errorCode } from '../errors.ts';
import { atEnd } from './cleanup.ts';
import { findProgram } from './filter.ts';
import { guarded } from './guard.ts';

export interface Execution {
  /** 128 where a signal ended it. */
  readonly status: number;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/**
 * Runs a program of this machine, which ends with all that it started when this one does. Its messages go to standard
 * error.
 *
 * @returns undefined where there is no such program
 */
export async function execute(
  [name = '', ...words]: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Execution | undefined> {
  const program = name.includes('/') && existsSync(name) ? name : findProgram(name);
  if (program === undefined) return undefined;
  const { command, streams, ended } = guarded([program, ...words]);
  const [first, ...rest] = command;
  return new Promise((resolve, reject) => {
    // In a process group of its own, so that a signal reaches the compilers of go too.
    const child = spawn(first, rest, { env, stdio: ['ignore', 'pipe', 'inherit', ...streams], detached: true });
    const { pid, stdout } = child;
    const forget = pid === undefined ? () => {} : atEnd(() => interrupt(pid));
    const output: Buffer[] = [];
    stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', (error) => {
      forget();
      if (errorCode(error) === 'ENOENT') resolve(undefined);
      else reject(error);
    });
    child.on('close', (status, signal) => {
      forget();
      if (pid !== undefined) ended(pid);
      resolve({ status: status ?? 128, signal, output: Buffer.concat(output).toString() });
    });
  });
}

function interrupt(group: number): void {
  try {
    process.kill(-group, 'SIGINT');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
