import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, createReadStream, existsSync, openSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** The checkout: the tests are compiled to build/test/peers and started from there. */
export const root = here.replace(/\/build\/test\/peers$|\/test\/peers$/, '');
export const cli = process.env.LAYERTOOL_CLI ?? join(root, 'dist/cli.js');

export const required = process.env.LAYERTOOL_PEERS === 'required';

/** Where `go install` puts programs is often not on PATH, and neither are the sbin folders of a plain user. */
const path = [process.env.PATH ?? '', join(process.env.HOME ?? '/', 'go/bin'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
process.env.PATH = path.join(delimiter);

export function find(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {}
  }
  return undefined;
}

/** True when all the tools are there. Otherwise the test is skipped, or failed where the tools are required. */
export function peers(t: TestContext, ...names: string[]): boolean {
  if (!existsSync(cli)) throw new Error(`${cli} is not there: npm run build`);
  const missing = names.filter((name) => (name === 'root' ? process.getuid?.() !== 0 : !find(name)));
  if (missing.length === 0) return true;
  const message = `missing: ${missing.join(', ')}`;
  if (required) throw new Error(message);
  t.skip(message);
  return false;
}

export type Settings = {
  cwd?: string;
  env?: Record<string, string>;
  /** A file to be read as standard input. */
  stdin?: string;
  /** A file to be written with standard output, which is not collected then. */
  stdout?: string;
};
export type Outcome = { status: number; stdout: Buffer; stderr: string };

/** Runs a command to its end, whatever its exit status; death by a signal counts as 128. */
export function attempt(command: string, args: string[], settings: Settings = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const target = settings.stdout === undefined ? 'pipe' : openSync(settings.stdout, 'w');
    const child = spawn(command, args, {
      cwd: settings.cwd,
      env: { ...process.env, ...settings.env },
      stdio: [settings.stdin === undefined ? 'ignore' : 'pipe', target, 'pipe'],
    });
    if (typeof target === 'number') closeSync(target);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
    if (settings.stdin !== undefined && child.stdin) {
      child.stdin.on('error', () => {});
      createReadStream(settings.stdin).on('error', reject).pipe(child.stdin);
    }
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ status: code ?? 128, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}

/** Runs a command that must succeed. */
export async function run(command: string, args: string[], settings: Settings = {}): Promise<Outcome> {
  const outcome = await attempt(command, args, settings);
  if (outcome.status === 0) return outcome;
  const words = [command, ...args].join(' ').slice(0, 2000);
  throw new Error(`exit ${outcome.status}: ${words}\n${outcome.stderr.slice(-4000)}`);
}

/** Runs a line of bash in which `layertool` is the program under test. */
export function bash(line: string, settings: Settings = {}): Promise<Outcome> {
  const start = 'set -euo pipefail\nlayertool() { "$LAYERTOOL_NODE" "$LAYERTOOL_CLI" "$@"; }\nexport -f layertool\n';
  return run('bash', ['-c', start + line], {
    ...settings,
    env: { LAYERTOOL_NODE: process.execPath, LAYERTOOL_CLI: cli, ...settings.env },
  });
}

export function layertool(args: string[], settings: Settings = {}): Promise<Outcome> {
  return run(process.execPath, [cli, ...args], settings);
}

const folders = new Set<string>();
process.on('exit', () => {
  // A command that was started may still be writing there.
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

/** A fresh folder, removed after the test, and also when the test process is told to end. */
export async function folder(t: TestContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'layertool-peers-'));
  folders.add(made);
  t.after(async () => {
    await rm(made, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    folders.delete(made);
  });
  return made;
}

/** Does the work on every item, two at a time. */
export async function each<T>(items: T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      const item = items[index];
      if (item !== undefined) await work(item, index);
    }
  };
  await Promise.all([worker(), worker()]);
}
