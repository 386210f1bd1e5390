import { InputError } from '../errors.ts';
import { textOf } from '../http/answer-body.ts';
import { type Answer, exchange, type Request } from '../http/exchange.ts';
import { AUTHORITY, answerError, Refused } from '../http/failures.ts';
import { unwatched, type Watch } from '../http/progress.ts';
import { isRedirect, REDIRECTS } from '../http/redirect.ts';
import { PAUSES, type Pauses, type Retrying, retried } from '../http/retry.ts';
import { type Reference, repositoryName } from '../image/reference.ts';
import { authorization } from './authorization.ts';
import { type Credentials, credentialsFor } from './credentials.ts';
import { reach } from './reach.ts';
import { reasonIn } from './reason.ts';

/** A request to a repository. */
export interface RepositoryRequest {
  readonly method: Request['method'];
  /** A path in the repository, or where the registry said that it goes on. */
  readonly to: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes in memory; or a stream, and then neither a retry nor a redirect is made here. */
  readonly body?: Request['body'];
  /** Statuses of 400 and above that are answers, not failures. */
  readonly expected?: readonly number[];
  /** What is to be allowed besides the repository itself. */
  readonly scopes?: readonly string[];
}

/** A repository of a registry, spoken to by the OCI distribution specification. */
export interface Repository {
  /** Its name in full, also in errors. */
  readonly name: string;
  readonly reference: Reference;
  readonly watch: Watch;
  readonly pauses: Pauses;
  readonly retrying: Retrying;
  /** Makes a request, and again where that may help. Rejects at answers of 400 and above. */
  ask(request: RepositoryRequest): Promise<Answer>;
  /** A Location, read against what was asked. */
  follow(answer: Answer): URL;
  close(): void;
}

export interface RepositoryOptions {
  readonly access: 'pull' | 'push';
  /** Whether plain http and any certificate will do. */
  readonly insecure?: boolean;
  /** In place of those that are stored. */
  readonly credentials?: Credentials | undefined;
  readonly pauses?: Pauses;
  readonly watch?: Watch;
  /** Ends every request, and the repository with them. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a repository: finds out how its registry is reached, and what it wants to be shown. A registry that cannot be
 * reached, or refuses, is an InputError.
 */
export async function openRepository(
  reference: Reference,
  { access, insecure = false, credentials, pauses = PAUSES, watch = unwatched, signal }: RepositoryOptions,
): Promise<Repository> {
  const { registry, repository } = reference;
  const connection = exchange({ insecure, trust: `${AUTHORITY}; --insecure trusts any` });
  signal?.addEventListener('abort', connection.close, { once: true });
  const retrying: Retrying = (failure, pause) => watch.again(failure.message, pause);
  const scope = `repository:${repository}:${access === 'push' ? 'pull,push' : 'pull'}`;

  try {
    const { base, answer } = await retried(() => tryToReach(), pauses, retrying);
    const known = credentials ?? (await credentialsFor(reference));
    const secure = base.protocol === 'https:' && !insecure;
    const permit = authorization(registry, secure, known, (request) =>
      retried(async () => checked((await redirected(request)).answer, registry, request, []), pauses, retrying),
    );
    if (answer.status === 401) permit.refused(answer);

    /** Follows redirects where they lead, with credentials only for the registry itself. */
    async function redirected(
      request: Request,
      scopes?: readonly string[],
    ): Promise<{ answer: Answer; shown: string | undefined }> {
      let { url } = request;
      for (let hops = 0; ; hops++) {
        const own = scopes !== undefined && url.origin === base.origin;
        const value = own ? await permit.header(scopes) : undefined;
        const { authorization: given, ...headers } = request.headers;
        // A token server gets what it was to be shown, and whom it sends us to does not.
        const shown = value ?? (url.origin === request.url.origin ? given : undefined);
        const answer = await connection.ask({
          ...request,
          url,
          headers: { ...headers, ...(shown !== undefined && { authorization: shown }) },
        });
        if (!isRedirect(answer) || isStream(request.body)) return { answer, shown: value };
        answer.body.resume();
        if (hops === REDIRECTS) throw new InputError(registry, `redirects more than ${REDIRECTS} times`);
        url = follow(answer);
      }
    }

    function follow({ headers, url }: Answer): URL {
      const { location } = headers;
      if (location === undefined || !URL.canParse(location, url.href)) {
        throw new InputError(registry, 'does not say where it goes on');
      }
      const next = new URL(location, url);
      if (next.protocol === 'https:' || (next.protocol === 'http:' && !secure)) return next;
      throw new InputError(registry, `goes on without TLS, at ${next.protocol}//${next.host}`);
    }

    async function once({
      method,
      to,
      headers = {},
      body,
      expected = [],
      scopes = [],
    }: RepositoryRequest): Promise<Answer> {
      const url = typeof to === 'string' ? new URL(`${repository}/${to}`, base) : to;
      const request = {
        method,
        url,
        headers: { 'user-agent': 'layertool', ...headers, ...lengthOf(method, body) },
        body,
      };
      let { answer, shown } = await redirected(request, [scope, ...scopes]);
      if (answer.status === 401 && permit.refused(answer, shown) && !isStream(body)) {
        answer.body.resume();
        ({ answer, shown } = await redirected(request, [scope, ...scopes]));
      }
      if (answer.status === 401 && !expected.includes(401)) {
        answer.body.resume();
        const problem = known ? 'the credentials for it were refused' : 'wants credentials, and there are none for it';
        throw new Refused(registry, problem, 401, `docker login ${registry} stores credentials`);
      }
      return await checked(answer, registry, request, expected);
    }

    return {
      name: repositoryName(reference),
      reference,
      watch,
      pauses,
      retrying,
      ask: (request) => (isStream(request.body) ? once(request) : retried(() => once(request), pauses, retrying)),
      follow,
      close: connection.close,
    };
  } catch (error) {
    connection.close();
    throw error;
  }

  async function tryToReach(): ReturnType<typeof reach> {
    const reached = await reach(reference, insecure, connection);
    if (reached.answer.status < 500 && reached.answer.status !== 429) reached.answer.body.resume();
    else await checked(reached.answer, registry, { method: 'GET', url: reached.base }, []);
    return reached;
  }
}

async function checked(
  answer: Answer,
  registry: string,
  { method, url }: Pick<Request, 'method' | 'url'>,
  expected: readonly number[],
): Promise<Answer> {
  const { status, headers } = answer;
  if (status < 400 || expected.includes(status)) return answer;
  // Without its query, which may be a key to a storage elsewhere.
  const description = `${method} ${url.host === registry ? '' : url.host}${url.pathname}`;
  const failure = answerError(registry, description, status, headers, reasonIn(await textOf(answer)));
  if (status === 401)
    throw new Refused(registry, failure.problem, status, `docker login ${registry} stores credentials`);
  throw failure;
}

function lengthOf(method: Request['method'], body: Request['body']): Record<string, string> {
  if (Buffer.isBuffer(body)) return { 'content-length': String(body.length) };
  return body === undefined && method !== 'GET' && method !== 'HEAD' ? { 'content-length': '0' } : {};
}

function isStream(body: Request['body']): boolean {
  return body !== undefined && !Buffer.isBuffer(body);
}
