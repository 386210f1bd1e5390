import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { attempt, cli, type Outcome, type Settings } from './peers/tools.ts';

/** Runs layertool to its end, whatever its exit status. One that does not end within `limit` milliseconds is ended. */
export async function tried(args: string[], settings: Settings & { limit?: number } = {}): Promise<Outcome> {
  if (settings.limit === undefined) return attempt(process.execPath, [cli, ...args], settings);
  const options = { timeout: settings.limit, killSignal: 'SIGKILL', env: { ...process.env, ...settings.env } } as const;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], options);
  return { status: status ?? 128, stdout, stderr: signal === null ? stderr.toString() : `ended by ${signal}` };
}

/** Runs a line of bash in which `layertool` is the program under test, whatever its exit status. */
export function shell(line: string, settings: Settings = {}): Promise<Outcome> {
  const start = 'layertool() { "$LAYERTOOL_NODE" "$LAYERTOOL_CLI" "$@"; }\nexport -f layertool\n';
  const env = { LAYERTOOL_NODE: process.execPath, LAYERTOOL_CLI: cli, ...settings.env };
  return attempt('bash', ['-c', start + line], { ...settings, env });
}

/** Starts layertool with pipes that the test holds; `ended` resolves with its exit status. */
export function started(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, ...env }, stdio: 'pipe' });
  const stderr: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {});
  const ended = once(child, 'exit').then(([code, signal]) => ({
    status: code,
    signal,
    stderr: Buffer.concat(stderr).toString(),
  }));
  return { child, ended };
}

/** Resolves when something is so; a test that waits in vain ends by its time limit. */
export async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((wake) => setTimeout(wake, 10));
}

/** What is in a folder besides what is known to be there. */
export function others(folder: string, ...known: string[]): string[] {
  return readdirSync(folder).filter((name) => !known.includes(name));
}
