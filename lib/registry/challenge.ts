/** What a server wants to be shown (RFC 9110, section 11.3). */
export interface Challenge {
  /** In lower case: `basic`, `bearer`. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads WWW-Authenticate, which may ask for one of several. */
export function challenges(header: string | undefined): Challenge[] {
  const offered: { scheme: string; parameters: Map<string, string> }[] = [];
  const word = /([A-Za-z0-9_-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g;
  for (const [, name = '', quoted, plain] of (header ?? '').matchAll(word)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) offered.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else offered.at(-1)?.parameters.set(name.toLowerCase(), value);
  }
  return offered;
}
