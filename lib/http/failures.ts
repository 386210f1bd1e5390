import type { IncomingHttpHeaders } from 'node:http';
import { errorCode, InputError } from '../errors.ts';

/** A connection that failed, or an answer that may be another when the same is asked again. */
export class Passing extends InputError {
  override readonly name = 'Passing';
  /** How long the server asks to be left alone, in milliseconds. */
  readonly after: number | undefined;

  constructor(host: string, problem: string, { after, cause }: { after?: number | undefined; cause?: unknown } = {}) {
    super(host, problem, undefined, { cause });
    this.after = after;
  }
}

/** An answer that says no, and will say so again. */
export class Refused extends InputError {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(host: string, problem: string, status: number, hint?: string) {
    super(host, problem, hint);
    this.status = status;
  }
}

const connectionWords: Record<string, string> = {
  ECONNREFUSED: 'refuses the connection',
  ECONNRESET: 'dropped the connection',
  EPIPE: 'dropped the connection',
  EPROTO: 'does not speak TLS',
  ETIMEDOUT: 'does not answer',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached: there is no network',
  EAI_AGAIN: 'cannot be looked up: the name service does not answer',
  HPE_INVALID_CONSTANT: 'does not speak HTTP',
};

/** What helps against a certificate that is not trusted. */
export const AUTHORITY = 'SSL_CERT_FILE=FILE names the certificate of its authority';

/**
 * A failed connection in words; a host that does not exist, or that is not trusted, stays so.
 *
 * @param trust the hint where a certificate is not trusted
 */
export function connectionError(host: string, error: unknown, trust = AUTHORITY): InputError {
  if (error instanceof InputError) return error;
  const code = errorCode(error) ?? '';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ENOTFOUND') return new InputError(host, 'there is no such host', undefined, { cause: error });
  if (isUntrusted(code)) {
    return new InputError(host, `its certificate is not trusted: ${message}`, trust, { cause: error });
  }
  return new Passing(host, connectionWords[code] ?? message, { cause: error });
}

/** OpenSSL's names (X509_V_ERR_…), and Node's for a certificate of another host. */
function isUntrusted(code: string): boolean {
  return !code.startsWith('ERR_SSL_') && /CERT|SIGNATURE|CRL|CA_|PATH_LENGTH|HOSTNAME_MISMATCH/.test(code);
}

/** Whether a server answered a TLS greeting with something else, or not at all. */
export function speaksNoTls(error: unknown): boolean {
  return error instanceof Passing && /^(EPROTO|ECONNRESET|ERR_SSL_.*)$/.test(error.code ?? '');
}

/** Whether nobody was there to hear what was asked. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof Passing && /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/.test(error.code ?? '');
}

const passing = new Set([408, 429, 500, 502, 503, 504]);

/**
 * What an answer of 400 or above means.
 *
 * @param reason the server's own words; none where it said nothing that a person can read
 */
export function answerError(
  host: string,
  request: string,
  status: number,
  headers: IncomingHttpHeaders,
  reason: string,
): InputError {
  const problem = `${request} was answered with ${status}${reason === '' ? '' : `: ${reason}`}`;
  if (!passing.has(status)) return new Refused(host, problem, status, hints[status]);
  return new Passing(host, problem, { after: retryAfter(headers['retry-after']) });
}

const hints: Record<number, string> = {
  403: 'the credentials that are stored, or the lack of them, do not allow it',
};

/** As long as a server may ask to wait, in milliseconds: a job that waits longer had better fail. */
const LONGEST = 60_000;

/** Retry-After (RFC 9110, section 10.2.3), in seconds or as a date, in milliseconds. */
export function retryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const wait = /^\s*[0-9]+\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST);
}
