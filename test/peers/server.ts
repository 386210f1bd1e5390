import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The shell between us and the server waits for the end of its input, which comes when we end it and also when
 * this process dies in whatever way. Then it stops just this server, by its process id, and removes its folder.
 */
const keeper = `
folder=$1; shift
"$@" & pid=$!
trap '' INT HUP TERM
while read -r _; do :; done
kill "$pid" 2>/dev/null; wait "$pid"
rm -rf -- "$folder"`;

export type Server = { folder: string; log: () => string };

/** Starts a server that lives in a folder of its own until the test ends; returns when it answers. */
export async function serve(
  t: TestContext,
  command: (folder: string) => string[] | Promise<string[]>,
  answers: (folder: string) => Promise<boolean>,
): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'layertool-server-'));
  const words = await command(folder);
  const log = openSync(join(folder, 'log'), 'w');
  const child = spawn('bash', ['-c', keeper, 'keeper', folder, ...words], {
    stdio: ['pipe', log, log],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  t.after(async () => {
    child.stdin?.end();
    await ended;
  });
  for (let tries = 0; tries < 300; tries++) {
    if (await answers(folder)) return { folder, log: () => readFileSync(join(folder, 'log'), 'utf8') };
    await sleep(100);
  }
  throw new Error(`${words[0]} does not answer:\n${readFileSync(join(folder, 'log'), 'utf8').slice(-4000)}`);
}

/** A port of the loopback address that was free a moment ago. */
export function port(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
