import { InputError } from '../errors.ts';
import { textOf } from '../http/answer-body.ts';
import type { Answer, Request } from '../http/exchange.ts';
import { Refused } from '../http/failures.ts';
import { isObject, type Json, parseJson, textAt } from '../image/json.ts';
import { type Challenge, challenges } from './challenge.ts';
import type { Credentials } from './credentials.ts';

/** What lets a request in: it knows how the registry wants to be asked, and keeps its tokens until they expire. */
export interface Authorization {
  /** The value of the header for what is to be done (`repository:NAME:pull`, …), if one is needed. */
  header(scopes: readonly string[]): Promise<string | undefined>;
  /**
   * Tells that the registry did not let a request in, and what that was shown. Returns whether another header may help:
   * other requests may have renewed it already.
   */
  refused(answer: Answer, shown?: string): boolean;
}

interface Token {
  readonly header: string;
  /** When it must be renewed, by `performance.now()`. */
  readonly until: number;
}

/** A token is used no longer than so many milliseconds before its end: a request takes its time to arrive. */
const MARGIN = 5_000;
/** Where a token does not say how long it lives (distribution, Token Authentication Specification), in seconds. */
const LIFETIME = 60;

/**
 * @param ask makes a request, with retries and redirects but without credentials of its own
 */
export function authorization(
  host: string,
  secure: boolean,
  credentials: Credentials | undefined,
  ask: (request: Request) => Promise<Answer>,
): Authorization {
  let wanted: Challenge | undefined;
  /** By their scopes; several requests wait for one token. */
  const tokens = new Map<string, Promise<Token>>();
  const headersByScopes = new Map<string, string>();
  function forget(key: string): void {
    tokens.delete(key);
    headersByScopes.delete(key);
  }

  async function token(scopes: readonly string[], parameters: Challenge['parameters']): Promise<Token> {
    const realm = realmOf(host, secure, parameters.get('realm'));
    const service = parameters.get('service');
    const request = credentials?.identityToken
      ? refresh(realm, service, scopes, credentials.identityToken)
      : plainly(realm, service, scopes, credentials);
    const answer = await ask(request).catch((error: unknown) => {
      throw error instanceof Refused ? noToken(host, realm, error.status, credentials !== undefined) : error;
    });
    const json = parseJson(Buffer.from(await textOf(answer)), realm.host, 'its token');
    const text = textAt(json, 'token') ?? textAt(json, 'access_token');
    if (text === undefined || !/^[\x21-\x7e]+$/.test(text)) throw new InputError(realm.host, 'gave no token');
    return { header: `Bearer ${text}`, until: performance.now() + lifetime(json) * 1000 - MARGIN };
  }

  return {
    async header(scopes) {
      if (wanted === undefined) return undefined;
      if (wanted.scheme === 'basic') return credentials?.user && basic(credentials.user);
      if (credentials?.registryToken) return `Bearer ${credentials.registryToken}`;
      const key = scopes.join(' ');
      const pending = tokens.get(key);
      const known = await pending;
      if (known !== undefined && known.until >= performance.now()) return known.header;
      // Whoever comes first makes the request, the others wait for it.
      const other = tokens.get(key);
      if (other !== undefined && other !== pending) return (await other).header;
      const fresh = token(scopes, wanted.parameters);
      tokens.set(key, fresh);
      fresh.then(
        ({ header }) => headersByScopes.set(key, header),
        () => tokens.delete(key),
      );
      return (await fresh).header;
    },
    refused({ headers }, shown) {
      const offered = challenges(headers['www-authenticate']);
      wanted = offered.find(({ scheme }) => scheme === 'bearer') ?? offered.find(({ scheme }) => scheme === 'basic');
      const hadTokens = tokens.size > 0;
      for (const [key, header] of headersByScopes) if (header === shown) forget(key);
      if (wanted?.scheme === 'basic') return credentials?.user !== undefined;
      return wanted !== undefined && (hadTokens || credentials?.registryToken === undefined);
    },
  };
}

/** A token server is as safe as the registry: what is sent to it are the same credentials. */
function realmOf(host: string, secure: boolean, realm: string | undefined): URL {
  if (realm === undefined || !URL.canParse(realm))
    throw new InputError(host, 'does not say where tokens are to be had');
  const url = new URL(realm);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && !secure)) return url;
  throw new InputError(host, `wants credentials to be sent without TLS, to ${url.protocol}//${url.host}`);
}

function plainly(
  realm: URL,
  service: string | undefined,
  scopes: readonly string[],
  credentials: Credentials | undefined,
): Request {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const headers = credentials?.user ? { authorization: basic(credentials.user) } : {};
  return { method: 'GET', url, headers };
}

/** OAuth2 (distribution, Token Authentication: OAuth2). */
function refresh(url: URL, service: string | undefined, scopes: readonly string[], identity: string): Request {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'layertool',
    scope: scopes.join(' '),
    refresh_token: identity,
    ...(service !== undefined && { service }),
  });
  const body = Buffer.from(form.toString());
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) };
  return { method: 'POST', url, headers, body };
}

function noToken(host: string, realm: URL, status: number, known: boolean): Refused {
  const where = realm.host === host ? '' : ` by ${realm.host}`;
  const hint = `docker login ${host} stores credentials`;
  if (status !== 401 && status !== 403)
    return new Refused(host, `the request for a token was answered${where} with ${status}`, status);
  if (known) return new Refused(host, `the credentials for it were refused${where}`, status, hint);
  return new Refused(host, 'wants credentials, and there are none for it', status, hint);
}

function lifetime(json: Json): number {
  const seconds = isObject(json) ? json['expires_in'] : undefined;
  return typeof seconds === 'number' && seconds > 0 ? seconds : LIFETIME;
}

function basic({ name, password }: { name: string; password: string }): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}
