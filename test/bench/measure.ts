import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { find } from '../peers/tools.ts';

export interface Measured {
  /** Seconds from the start of the line to its end. */
  readonly seconds: number;
  /** Seconds of all processors together: what a busy machine does not change. Undefined without GNU time. */
  readonly cpu: number | undefined;
  /** Bytes of memory at the peak of the largest process of the line. Undefined without GNU time. */
  readonly peak: number | undefined;
}

/** GNU time, Debian's package `time`; the one of a BSD or of a shell does not know `-f`. */
export const time = process.platform === 'linux' ? find('time') : undefined;

const under = new Set<ChildProcess>();
process.on('exit', () => {
  for (const { pid } of under) {
    try {
      if (pid !== undefined) process.kill(-pid);
    } catch {
      // It has ended.
    }
  }
});

/** Runs a line of bash that must succeed. What it prints is thrown away. */
export async function measure(line: string, env: Record<string, string>, notes: string): Promise<Measured> {
  const bash = ['bash', '-c', `set -euo pipefail\n${line}`];
  const [command = '', ...args] = time === undefined ? bash : [time, '-f', '%M %U %S', '-o', notes, ...bash];
  const started = process.hrtime.bigint();
  // In a group of its own, so that all of a line can be stopped.
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    detached: true,
  });
  under.add(child);
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-4000);
  });
  const seconds = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Number(process.hrtime.bigint() - started) / 1e9);
      else reject(new Error(`this fails:\n${line}\n${complaints}`));
    });
  });
  under.delete(child);
  if (time === undefined) return { seconds, cpu: undefined, peak: undefined };
  const [peak = Number.NaN, user = Number.NaN, system = Number.NaN] = readFileSync(notes, 'utf8')
    .split(' ')
    .map(Number);
  return { seconds, cpu: user + system, peak: peak * 1024 };
}
