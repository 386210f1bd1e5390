import type { Answer } from './exchange.ts';

/** As many redirects as are followed from one request. */
export const REDIRECTS = 5;

/** Whether an answer says to ask elsewhere (RFC 9110, section 15.4). */
export function isRedirect({ status }: Answer): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}
