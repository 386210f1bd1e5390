import { spawn } from 'node:child_process';
import { errorCode } from '../errors.ts';
import { atEnd } from './cleanup.ts';
import { guardGroup } from './guard.ts';

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
export function execute(command: readonly string[], env: NodeJS.ProcessEnv): Promise<Execution | undefined> {
  const [program = '', ...words] = command;
  return new Promise((resolve, reject) => {
    // In a process group of its own, so that a signal reaches the compilers of go too.
    const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const { pid } = child;
    const forget = pid === undefined ? () => {} : noteGroup(pid);
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', (error) => {
      forget();
      if (errorCode(error) === 'ENOENT') resolve(undefined);
      else reject(error);
    });
    child.on('close', (status, signal) => {
      forget();
      resolve({ status: status ?? 128, signal, output: Buffer.concat(output).toString() });
    });
  });
}

/** @returns for when the group has ended by itself */
function noteGroup(group: number): () => void {
  const release = guardGroup(group);
  const forget = atEnd(() => {
    try {
      process.kill(-group, 'SIGINT');
    } catch (error) {
      if (errorCode(error) !== 'ESRCH') throw error;
    }
  });
  return () => {
    forget();
    release();
  };
}
