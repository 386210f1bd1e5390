import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withoutEnd } from '../entries/names.ts';
import { errorCode, InputError, systemError, systemFailure } from '../errors.ts';
import { type Json, type JsonObject, objectAt, parseJson, textAt } from '../image/json.ts';
import { isDefault, type Reference } from '../image/reference.ts';

/** What a registry knows a user by. */
export interface Credentials {
  readonly user?: { readonly name: string; readonly password: string };
  /** An OAuth2 refresh token. */
  readonly identityToken?: string;
  /** A bearer token for the registry itself. */
  readonly registryToken?: string;
}

/**
 * The credentials that `docker login`, `podman login` and others have stored for a repository, if there are any: those of
 * the exact host and port, and of no other.
 */
export async function credentialsFor(reference: Reference): Promise<Credentials | undefined> {
  for (const file of configFiles()) {
    const config = await readConfig(file);
    const credentials = config && (await find(config, reference));
    if (credentials) return credentials;
  }
  return undefined;
}

/** Docker's, and those of podman, skopeo and buildah (containers-auth.json(5)). */
function configFiles(): string[] {
  const { DOCKER_CONFIG, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR } = process.env;
  return [
    join(DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json'),
    ...(REGISTRY_AUTH_FILE ? [REGISTRY_AUTH_FILE] : []),
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'containers', 'auth.json')] : []),
  ];
}

async function readConfig(file: string): Promise<Json | undefined> {
  try {
    return parseJson(await readFile(file), file, 'it');
  } catch (error) {
    if (error instanceof InputError) throw new InputError(file, 'is not JSON');
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw systemFailure(file, error);
  }
}

async function find(config: Json, reference: Reference): Promise<Credentials | undefined> {
  const helpers = objectAt(config, 'credHelpers');
  const named = [
    reference.registry,
    serverName(reference),
    ...(isDefault(reference.registry) ? ['index.docker.io'] : []),
  ];
  const helper = named.map((name) => textAt(helpers, name)).find(Boolean) ?? textAt(config, 'credsStore');
  const fromHelper = helper ? await askHelper(helper, serverName(reference)) : undefined;
  if (fromHelper) return fromHelper;
  const auths = objectAt(config, 'auths');
  for (const wanted of keysOf(reference)) {
    const key = Object.keys(auths).find((name) => bare(name) === wanted);
    const credentials = key === undefined ? undefined : stored(objectAt(auths, key));
    if (credentials) return credentials;
  }
  return undefined;
}

/** Docker keeps its own registry's credentials under the address that it had first. */
function serverName({ registry }: Reference): string {
  return isDefault(registry) ? 'https://index.docker.io/v1/' : registry;
}

/** podman has credentials for parts of a registry too: the longest path counts. */
function keysOf({ registry, repository }: Reference): string[] {
  const parts = repository.split('/');
  const paths = parts.map((_, at) => [registry, ...parts.slice(0, parts.length - at)].join('/'));
  return [...paths, registry, ...(isDefault(registry) ? ['index.docker.io'] : [])];
}

/** A key without what old dockers wrote around the host. */
function bare(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/(\/v[12])?\/*$/, '');
}

function stored(auth: JsonObject): Credentials | undefined {
  const identityToken = textAt(auth, 'identitytoken');
  const registryToken = textAt(auth, 'registrytoken');
  const [, name = textAt(auth, 'username'), password = textAt(auth, 'password')] =
    /^([^:]+):(.*)$/s.exec(Buffer.from(textAt(auth, 'auth') ?? '', 'base64').toString('utf8')) ?? [];
  const credentials: Credentials = {
    ...(name && password !== undefined && { user: { name, password: withoutEnd(password, '\0') } }),
    ...(identityToken && { identityToken }),
    ...(registryToken && { registryToken }),
  };
  return Object.keys(credentials).length > 0 ? credentials : undefined;
}

/**
 * Runs a credential helper (github.com/docker/docker-credential-helpers): the server on its standard input, its answer
 * in JSON. What it prints is never shown, since it may be a secret.
 */
async function askHelper(name: string, server: string): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  const { status, output, messages } = await runHelper(program, server);
  if (status !== 0) {
    if (/credentials not found/i.test(output)) return undefined;
    const hint = `see what it says: echo ${server} | ${program} get`;
    const reason = messages.split('\n').find((line) => line.trim() !== '');
    throw new InputError(
      program,
      `fails with status ${status}${reason === undefined ? '' : `: ${reason.slice(0, 200)}`}`,
      hint,
    );
  }
  const json = parseJson(Buffer.from(output), program, 'what it prints');
  const user = textAt(json, 'Username');
  const secret = textAt(json, 'Secret');
  if (!user || !secret) return undefined;
  return user === '<token>' ? { identityToken: secret } : { user: { name: user, password: secret } };
}

interface HelperResult {
  readonly status: number | null;
  readonly output: string;
  /** What it wrote to standard error. */
  readonly messages: string;
}

function runHelper(program: string, server: string): Promise<HelperResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], { stdio: ['pipe', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    const messages: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => messages.push(chunk));
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    // One that does not read what it is asked says so by its status.
    child.stdin.on('error', () => {});
    child.on('error', (error) => {
      const isMissing = errorCode(error) === 'ENOENT';
      const problem = isMissing ? 'is not on PATH, and the docker config asks for it' : systemError(error);
      reject(new InputError(program, problem, undefined, { cause: error }));
    });
    child.on('close', (status) =>
      resolve({
        status,
        output: Buffer.concat(chunks).toString('utf8'),
        messages: Buffer.concat(messages).toString('utf8'),
      }),
    );
    child.stdin.end(`${server}\n`);
  });
}
