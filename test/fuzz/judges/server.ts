import dns from 'node:dns';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Sample } from '../target.ts';

/*
 * A server whose answers are bytes: each part of a sample is the beginning of a request, a line feed, and what is sent
 * back to that, head and body, as it stands. Then the connection is closed.
 */

export interface ByteServer {
  readonly host: string;
  /** What is answered from now on. `@host@` stands for the server itself. */
  answers: Sample;
}

const none = Buffer.from('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');

/** Starts a server. From then on this process finds no host by its name: answers may send it anywhere. */
export async function byteServer(): Promise<ByteServer> {
  const self: { host: string; answers: Sample } = { host: '', answers: [] };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket = response.socket;
    // What is sent is read to its end.
    for await (const _ of request);
    socket?.end(answerTo(`${request.method} ${request.url}`, self));
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => {}));
  server.on('checkContinue', (request, response) => {
    response.writeContinue();
    void answer(request, response).catch(() => {});
  });
  // A greeting of TLS.
  server.on('clientError', (_error, socket) => socket.destroy());
  self.host = await listening(server);
  dns.lookup = refuseLookup as typeof dns.lookup;
  return self;
}

function refuseLookup(name: string, ...rest: ((error: Error) => void)[]): void {
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
  process.nextTick(() => rest.at(-1)?.(error));
}

function answerTo(request: string, { answers, host }: ByteServer): Buffer {
  for (const part of answers) {
    const end = part.indexOf(0x0a);
    const start = part.toString('latin1', 0, Math.max(0, end));
    if (start === '' || !request.startsWith(start)) continue;
    const text = part.toString('latin1', end + 1);
    return Buffer.from(text.replaceAll('@host@', host), 'latin1');
  }
  return none;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}
