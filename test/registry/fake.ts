import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { parseReference } from '../../lib/image/reference.ts';
import { openRepository, type Repository, type RepositoryOptions } from '../../lib/registry/repository.ts';

/*
 * A small registry of our own (OCI distribution specification), for machines that have no real one, and to do wrong what
 * a real one seldom does.
 */

export type Seen = { method: string; path: string; headers: IncomingMessage['headers']; size: number };

/** Does something else than the registry would; true when it has answered, or will not. */
export type Fault = (request: IncomingMessage, response: ServerResponse, seen: Seen) => boolean | Promise<boolean>;

export type Fake = {
  /** Its host and port. */
  host: string;
  blobs: Map<string, Buffer>;
  /** By `repository:tag` and `repository:digest`. */
  manifests: Map<string, { type: string; bytes: Buffer }>;
  /** Every request that came, in order. */
  seen: Seen[];
  /** `METHOD path` of the requests, digests and upload ids left out. */
  asked(): string[];
  fault: Fault;
  /** Whether it notes subjects, and says so, as registries with the referrers API do. */
  notesSubjects: boolean;
  /** Where an upload goes on, changed. */
  location: (path: string) => string;
  open(access?: 'pull' | 'push', more?: Partial<RepositoryOptions> & { reference?: string }): Promise<Repository>;
};

export const digest = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Serves on the loopback address until the test is over. */
export async function listen(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.on('checkContinue', listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}

export async function fake(t: TestContext): Promise<Fake> {
  const blobs = new Map<string, Buffer>();
  const manifests: Fake['manifests'] = new Map();
  const sessions = new Map<string, Buffer[]>();
  const seen: Seen[] = [];
  let sessionCount = 0;

  const made: Fake = {
    host: '',
    blobs,
    manifests,
    seen,
    asked: () =>
      seen.map(({ method, path }) =>
        `${method} ${path}`.replace(/sha256(:|%3A)[0-9a-f]{64}/g, 'DIGEST').replace(/uploads\/\d+/, 'uploads/N'),
      ),
    fault: () => false,
    notesSubjects: false,
    location: (path) => path,
    open: (access = 'push', { reference = `${made.host}/a/b:1`, ...more } = {}) =>
      openRepository(parseReference(reference), { access, pauses: [1, 1, 1], ...more }),
  };

  const json = (response: ServerResponse, status: number, body: object, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
  const refuse = (response: ServerResponse, status: number, code: string) => {
    json(response, status, { errors: [{ code, message: `${code.toLowerCase()} indeed` }] });
  };

  async function body(request: IncomingMessage, entry: Seen, chunks: Buffer[]): Promise<boolean> {
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        entry.size += chunk.length;
      }
      return true;
    } catch {
      return false;
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const entry: Seen = { method, path: url, headers, size: 0 };
    seen.push(entry);
    if (await made.fault(request, response, entry)) return;
    const { pathname, searchParams } = new URL(url, 'http://it');
    if (headers.expect) response.writeContinue();
    const [, repository = '', kind, rest = ''] = /^\/v2\/(.*?)\/(blobs|manifests)\/(.*)$/.exec(pathname) ?? [];
    if (pathname === '/v2/') return json(response, 200, {});
    if (kind === 'manifests') return manifest(request, response, entry, repository, rest);
    if (kind !== 'blobs') return refuse(response, 404, 'UNKNOWN');
    if (!rest.startsWith('uploads/')) return blob(request, response, rest);
    if (method === 'POST') {
      const mount = searchParams.get('mount');
      if (mount !== null && blobs.has(mount)) {
        response.writeHead(201, { location: `/v2/${repository}/blobs/${mount}` }).end();
        return;
      }
      const id = String(++sessionCount);
      sessions.set(id, []);
      const path = `/v2/${repository}/blobs/uploads/${id}?state=a%20b`;
      response.writeHead(202, { location: made.location(path) }).end();
      return;
    }
    const id = rest.slice('uploads/'.length);
    const session = sessions.get(id);
    if (!session || searchParams.get('state') !== 'a b') return refuse(response, 404, 'BLOB_UPLOAD_UNKNOWN');
    const chunks: Buffer[] = [];
    // As docker-registry does: a session that was cut is over.
    if (!(await body(request, entry, chunks))) {
      sessions.delete(id);
      return;
    }
    session.push(...chunks);
    if (method === 'PATCH') {
      response.writeHead(202, { location: `${pathname}?state=a%20b` }).end();
      return;
    }
    const bytes = Buffer.concat(session);
    const told = searchParams.get('digest') ?? '';
    if (digest(bytes) !== told) return refuse(response, 400, 'DIGEST_INVALID');
    sessions.delete(id);
    blobs.set(told, bytes);
    response.writeHead(201, { location: `/v2/${repository}/blobs/${told}` }).end();
  }

  function blob(request: IncomingMessage, response: ServerResponse, name: string): void {
    const bytes = blobs.get(name);
    if (!bytes) {
      refuse(response, 404, 'BLOB_UNKNOWN');
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const part = bytes.subarray(from);
    const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': part.length, ...(from > 0 && range) });
    response.end(request.method === 'HEAD' ? undefined : part);
  }

  async function manifest(
    request: IncomingMessage,
    response: ServerResponse,
    entry: Seen,
    repository: string,
    by: string,
  ): Promise<void> {
    if (request.method === 'PUT') {
      const chunks: Buffer[] = [];
      if (!(await body(request, entry, chunks))) return;
      const bytes = Buffer.concat(chunks);
      const { config, layers = [], subject } = JSON.parse(bytes.toString());
      const missing = [...(config ? [config] : []), ...layers].some(
        (one: { digest: string }) => !blobs.has(one.digest),
      );
      if (missing) return refuse(response, 400, 'MANIFEST_BLOB_UNKNOWN');
      const put = { type: request.headers['content-type'] ?? '', bytes };
      for (const name of [by, digest(bytes)]) manifests.set(`${repository}:${name}`, put);
      const noted = made.notesSubjects && subject ? { 'oci-subject': subject.digest } : {};
      response.writeHead(201, { 'docker-content-digest': digest(bytes), ...noted }).end();
      return;
    }
    const found = manifests.get(`${repository}:${by}`);
    if (!found) return refuse(response, 404, 'MANIFEST_UNKNOWN');
    const headers = { 'content-type': found.type, 'docker-content-digest': digest(found.bytes) };
    response.writeHead(200, headers).end(found.bytes);
  }

  made.host = await listen(t, (request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  return made;
}

/** A fault that is met so many times, at requests that begin so. */
export function times(
  count: number,
  start: string,
  fault: (request: IncomingMessage, response: ServerResponse) => void,
): Fault {
  let left = count;
  return (request, response) => {
    if (left === 0 || !`${request.method} ${request.url}`.startsWith(start)) return false;
    left--;
    fault(request, response);
    return true;
  };
}

export const drop = (request: IncomingMessage) => {
  request.socket.destroy();
};

/** A port of the loopback address where nobody is. */
export async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}
