import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { port, serve } from './server.ts';

/**
 * A docker-registry on a port of the loopback address; gives its host:port. `peers(t, 'docker-registry')` comes first.
 *
 * @param more of its configuration: `auth`, `http.tls`
 */
export async function registry(t: TestContext, more: { auth?: object; tls?: object } = {}): Promise<string> {
  const number = await port();
  const host = `127.0.0.1:${number}`;
  await serve(
    t,
    (folder) => {
      const config = {
        version: '0.1',
        log: { level: 'error' },
        storage: { filesystem: { rootdirectory: join(folder, 'data') } },
        http: { addr: host, ...(more.tls && { tls: more.tls }) },
        ...(more.auth && { auth: more.auth }),
      };
      // JSON is YAML.
      writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
      return ['docker-registry', 'serve', join(folder, 'config.yml')];
    },
    () => listens(number),
  );
  return host;
}

function listens(number: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(number, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
