import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/**
 * Stands before a server and cuts connections: each `cuts` is what goes through, in bytes, until a connection ends, in
 * the order of the connections that reach so far. Those after the last are left alone.
 *
 * @param side whose bytes are counted
 */
export async function cuttingProxy(t: TestContext, host: string, side: 'up' | 'down', cuts: number[]): Promise<string> {
  const [address = '', number] = host.split(':');
  const open = new Set<Socket>();
  const left = [...cuts];
  const server = createServer((client) => {
    const upstream = connect(Number(number), address);
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    let passed = 0;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', end).on('close', end);
    }
    (side === 'up' ? client : upstream).on('data', (chunk: Buffer) => {
      passed += chunk.length;
      if (left[0] === undefined || passed < left[0]) return;
      left.shift();
      end();
    });
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const listening = server.address();
  if (typeof listening !== 'object' || listening === null) throw new Error('no port');
  return `127.0.0.1:${listening.port}`;
}
