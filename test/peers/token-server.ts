import { createSign, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { run } from './tools.ts';

/** A key and a certificate for 127.0.0.1, which it has signed itself. `peers(t, 'openssl')` comes first. */
export async function certificate(place: string): Promise<{ key: string; certificate: string }> {
  const [key, made] = [join(place, 'key.pem'), join(place, 'certificate.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', made];
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files]);
  return { key, certificate: made };
}

export type TokenServer = {
  /** The `auth` of a docker-registry's configuration. */
  auth: object;
  /** The scopes that tokens were given for, in order. */
  given: string[];
};

/** Gives tokens to me, whose password is s3cret (distribution, Token Authentication Specification). */
export async function tokenServer(t: TestContext, place: string, lifetime = 60): Promise<TokenServer> {
  const { key, certificate: made } = await certificate(place);
  const pem = readFileSync(made, 'utf8');
  const der = pem.replace(/-----[A-Z ]+-----|\s/g, '');
  const secret = readFileSync(key, 'utf8');
  const given: string[] = [];
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://it');
    const wanted = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;
    if (request.headers.authorization !== wanted) {
      response.writeHead(401).end();
      return;
    }
    const scopes = searchParams.getAll('scope');
    given.push(scopes.join(' '));
    const access = scopes.map((scope) => {
      const [type = '', name = '', actions = ''] = scope.split(':');
      return { type, name, actions: actions.split(',') };
    });
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now, nbf: now - 10, exp: now + lifetime };
    const claims = { iss: 'tests', sub: 'me', aud: searchParams.get('service'), jti: randomUUID(), access, ...times };
    const body = `${part({ typ: 'JWT', alg: 'RS256', x5c: [der] })}.${part(claims)}`;
    const signature = createSign('RSA-SHA256').update(body).sign(secret, 'base64url');
    response.end(JSON.stringify({ token: `${body}.${signature}`, expires_in: lifetime }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const realm = `http://127.0.0.1:${address.port}/token`;
  return { auth: { token: { realm, service: 'tests', issuer: 'tests', rootcertbundle: made } }, given };
}
