import { spawn } from 'node:child_process';
import { errorCode } from '../errors.ts';
import { atEnd } from './cleanup.ts';

export interface Execution {
  /** 128 where a signal ended it. */
  readonly status: number;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/**
 * Runs a program of this machine, which ends when this one does. Its messages go to standard error.
 *
 * @returns undefined where there is no such program
 */
export function execute(command: readonly string[], env: NodeJS.ProcessEnv): Promise<Execution | undefined> {
  const [program = '', ...words] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const stop = (): void => {
      child.kill('SIGINT');
    };
    const forget = atEnd(stop);
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
