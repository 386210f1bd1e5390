import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { errorCode, systemFailure } from '../errors.ts';

/** What a host knows a user by. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** The logins of a netrc by the names of hosts; the default under `''`. */
export type Netrc = ReadonlyMap<string, Login>;

/** Reads $NETRC, or ~/.netrc where there is one. */
export async function readNetrc(): Promise<Netrc> {
  const named = process.env['NETRC'];
  const file = named || join(homedir(), '.netrc');
  try {
    return parseNetrc(await readFile(file, 'utf8'));
  } catch (error) {
    if (!named && ['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error) ?? '')) return new Map();
    throw systemFailure(file, error);
  }
}

/** netrc(5), as Python's netrc reads it: words, some of which are quoted; a macro ends at an empty line. */
export function parseNetrc(text: string): Map<string, Login> {
  const logins = new Map<string, Login>();
  const bare = text.replace(/^[ \t]*macdef[^\n]*\n(?:[^\n]+\n)*/gm, '\n').replace(/(^|[ \t\n])#[^\n]*/g, '$1');
  const words = [...bare.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, plain]) => plain ?? quoted?.replace(/\\(.)/g, '$1') ?? '',
  );
  let at = 0;
  while (at < words.length) {
    const word = words[at++];
    if (word !== 'machine' && word !== 'default') continue;
    const host = word === 'default' ? '' : (words[at++] ?? '').toLowerCase();
    let user = '';
    let password = '';
    for (; ['login', 'user', 'password', 'account'].includes(words[at] ?? ''); at += 2) {
      const value = words[at + 1] ?? '';
      if (words[at] === 'password') password = value;
      else if (words[at] !== 'account') user = value;
    }
    const isNamed = word === 'default' || host !== '';
    if (isNamed && !logins.has(host)) logins.set(host, { user, password });
  }
  return logins;
}

/** The login for a URL: its own, else that of the netrc for its host. */
export function loginFor(url: URL, netrc: Netrc): Login | undefined {
  if (url.username !== '' || url.password !== '') {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  }
  return netrc.get(url.hostname.toLowerCase()) ?? netrc.get('');
}
