import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { attempt, cli, folder, type Outcome } from '../peers/tools.ts';
import { archive, file } from '../tar/blocks.ts';
import { docker, one, packed } from './images.ts';
import { node } from './process.ts';
import { wheel } from './zips.ts';

/* A folder with an input of each kind, in which lines of bash are run that call the program `layertool`. */

export interface World {
  readonly cwd: string;
  /** Runs a line, whatever its exit status, for at most so many seconds. */
  bash(line: string, env?: Record<string, string>): Promise<Outcome>;
  /** Starts the program; whoever does so ends it. */
  start(words: readonly string[], env?: Record<string, string>): ChildProcess;
}

export async function world(t: TestContext): Promise<World> {
  const cwd = await folder(t);
  writeFileSync(join(cwd, 'l.tar'), archive(file('hello', { name: 'a' })));
  writeFileSync(join(cwd, 'i.tar'), packed(docker([one])));
  writeFileSync(join(cwd, 'demo-1.0-py3-none-any.whl'), wheel());
  for (const name of ['home', 'tmp']) mkdirSync(join(cwd, name));
  const around = { HOME: join(cwd, 'home'), TMPDIR: join(cwd, 'tmp'), LANG: 'C.UTF-8' };
  const { PATH = '' } = process.env;
  return {
    cwd,
    bash(line, env = {}) {
      const start = `layertool() { '${node}' '${cli}' "$@"; }\n`;
      return attempt('timeout', ['-k', '1', '20', 'bash', '-c', start + line], { cwd, env: { ...around, ...env } });
    },
    start(words, env = {}) {
      const child = spawn(node, [cli, ...words], {
        cwd,
        env: { PATH, ...around, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      t.after(() => child.kill('SIGKILL'));
      return child;
    },
  };
}

/** That a signal ends a program at once, whatever it waits for, and is told as that signal. */
export async function endsBy(child: ChildProcess, signal: 'SIGINT' | 'SIGTERM', after = 700): Promise<void> {
  await sleep(after);
  assert.deepEqual([child.exitCode, child.signalCode], [null, null], 'it ended before the signal');
  const ended = once(child, 'exit');
  child.kill(signal);
  const late = sleep(3000, 'late', { ref: false });
  const told = await Promise.race([ended, late]);
  assert.notEqual(told, 'late', `${signal} does not end it within 3 s`);
  const status = signal === 'SIGINT' ? 130 : 143;
  assert.ok(
    child.signalCode === signal || child.exitCode === status,
    `it ended with ${child.exitCode ?? child.signalCode}`,
  );
}

/** One line of error, and perhaps a hint, that names what it is about, without control characters. */
export function assertLine(stderr: string, command: string, names: string): void {
  const lines = stderr.split('\n');
  assert.equal(lines.pop(), '', `no end of line: ${JSON.stringify(stderr)}`);
  assert.ok(
    lines.length === 1 || (lines.length === 2 && lines[1]?.startsWith('hint: ')),
    `more than a line and a hint: ${JSON.stringify(stderr.slice(0, 2000))}`,
  );
  assert.ok(lines[0]?.startsWith(`layertool ${command}: `), JSON.stringify(stderr));
  assert.ok(lines[0]?.includes(names), `${names} is not named: ${JSON.stringify(stderr)}`);
  assertClean(stderr);
}

export function assertClean(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
}
