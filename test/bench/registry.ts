import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { port } from '../peers/server.ts';

/** A docker-registry that lives as long as this process; gives its host:port. */
export async function registry(folder: string): Promise<string> {
  const number = await port();
  const config = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'registry') } },
    http: { addr: `127.0.0.1:${number}` },
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'registry.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(folder, 'registry.yml')], { stdio: 'ignore' });
  child.unref();
  process.on('exit', () => child.kill());
  for (let tries = 0; tries < 100; tries++) {
    if (await listens(number)) return `127.0.0.1:${number}`;
    await sleep(100);
  }
  throw new Error('docker-registry does not answer');
}

function listens(number: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(number, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
