import type { Answer, Exchange } from '../http/exchange.ts';
import { speaksNoTls } from '../http/failures.ts';
import { isLoopback } from '../http/loopback.ts';
import { isDefault, type Reference } from '../image/reference.ts';

/** What docker.io is really called. */
const DEFAULT_HOST = 'registry-1.docker.io';

/** Finds out how a registry is reached: by TLS, or, on this machine or where that was asked for, without. */
export async function reach(
  { registry }: Reference,
  insecure: boolean,
  { ask }: Exchange,
): Promise<{ base: URL; answer: Answer }> {
  const host = isDefault(registry) ? DEFAULT_HOST : registry;
  const get = async (scheme: 'https' | 'http'): Promise<{ base: URL; answer: Answer }> => {
    // OCI distribution specification, "Determining Support".
    const base = new URL(`${scheme}://${host}/v2/`);
    return { base, answer: await ask({ method: 'GET', url: base, headers: {} }) };
  };
  // On this machine it is mostly http. What speaks TLS answers that with nothing that a registry would.
  const plain = isLoopback(host) ? await get('http').catch(() => undefined) : undefined;
  if (plain?.answer.status === 200 || plain?.answer.status === 401) return plain;
  try {
    const reached = await get('https');
    plain?.answer.body.resume();
    return reached;
  } catch (error) {
    if (!(insecure || isLoopback(host)) || !speaksNoTls(error)) throw error;
    return plain ?? (await get('http'));
  }
}
