import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { InputError, systemFailure } from '../errors.ts';
import { giveBack } from '../memory/loans.ts';
import { atEnd } from './cleanup.ts';

/** The path of a program on PATH, if it is there. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // It is not in this folder.
    }
  }
  return undefined;
}

/** What a program says of its failure is cut at so many bytes. */
const MESSAGE_LIMIT = 64 * 1024;

/**
 * Runs bytes through a program of this machine, which ends when the loop is left. That it fails is an InputError, with
 * its own first line.
 *
 * @param name whose bytes they are, for errors
 * @param problem what is wrong with them when the program fails
 */
export async function* throughProgram(
  [program = '', ...words]: readonly string[],
  name: string,
  problem: string,
  input: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] });
  const forget = atEnd(() => child.kill());
  const messages: Buffer[] = [];
  let messageSize = 0;
  child.stderr.on('data', (chunk: Buffer) => {
    messageSize += chunk.length;
    if (messageSize <= MESSAGE_LIMIT) messages.push(chunk);
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(systemFailure(program, error)));
    child.once('close', (status) => resolve(status ?? 128));
  });
  ended.catch(() => {});
  // That it takes no more is told by its status.
  child.stdin.on('error', () => {});
  const fed = feed();
  fed.catch(() => child.kill());
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    await fed;
    const status = await ended;
    if (status === 0) return;
    const message = Buffer.concat(messages).toString().split('\n')[0] ?? '';
    throw new InputError(name, `${problem} (${message.trim() || `exit status ${status}`})`);
  } finally {
    forget();
    child.kill();
  }

  async function feed(): Promise<void> {
    for await (const chunk of input) {
      if (child.stdin.destroyed) return;
      await new Promise<void>((resolve) => {
        child.stdin.write(chunk, () => resolve());
      });
      giveBack(chunk);
    }
    child.stdin.end();
  }
}
