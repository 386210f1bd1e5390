import { posix } from 'node:path';
import type { OpenedImage } from './image.ts';
import { type JsonObject, objectAt, textAt, textsAt } from './json.ts';

/** What is to change in a config; what is undefined stays (OCI image specification, config.md). */
export interface ConfigChange {
  readonly entrypoint?: readonly string[] | undefined;
  readonly cmd?: readonly string[] | undefined;
  /** Pairs of name and value. */
  readonly env: readonly (readonly [string, string])[];
  readonly envClear: boolean;
  readonly workdir?: string | undefined;
  readonly user?: string | undefined;
  readonly labels: readonly (readonly [string, string])[];
  /** As `80/tcp`. */
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly stopSignal?: string | undefined;
  readonly healthcheck?: Healthcheck | undefined;
  readonly author?: string | undefined;
}

/** Durations are in nanoseconds. */
export interface Healthcheck {
  readonly Test?: string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly Retries?: number;
}

/** A config with the changes, as `docker build` would make them; fields that are not known here survive. */
export function changed(config: JsonObject, change: ConfigChange): JsonObject {
  const inner: JsonObject = { ...objectAt(config, 'config') };
  if (change.entrypoint) {
    set(inner, 'Entrypoint', change.entrypoint);
    // As in a Dockerfile: the arguments of another program mean nothing to this one.
    if (!change.cmd) delete inner['Cmd'];
  }
  if (change.cmd) set(inner, 'Cmd', change.cmd);
  if (change.envClear || change.env.length > 0) {
    const env = change.envClear ? [] : (textsAt(inner, 'Env') ?? []);
    for (const [name, value] of change.env) {
      const at = env.findIndex((text) => text.startsWith(`${name}=`));
      if (at < 0) env.push(`${name}=${value}`);
      else env[at] = `${name}=${value}`;
    }
    set(inner, 'Env', env);
  }
  if (change.workdir !== undefined) {
    inner['WorkingDir'] = posix.resolve('/', textAt(inner, 'WorkingDir') ?? '/', change.workdir);
  }
  if (change.user !== undefined) inner['User'] = change.user;
  if (change.stopSignal !== undefined) inner['StopSignal'] = change.stopSignal;
  if (change.healthcheck) {
    // A new check is a new start; times alone go with the one that is there.
    const old = change.healthcheck.Test ? {} : objectAt(inner, 'Healthcheck');
    inner['Healthcheck'] = { ...old, ...change.healthcheck };
  }
  add(inner, 'Labels', change.labels);
  add(
    inner,
    'ExposedPorts',
    change.ports.map((port) => [port, {}]),
  );
  add(
    inner,
    'Volumes',
    change.volumes.map((path) => [path, {}]),
  );
  return { ...config, ...(change.author !== undefined && { author: change.author }), config: inner };
}

/** Whether anything is to change at all. */
export function changesAnything({ env, labels, ports, volumes, envClear, ...single }: ConfigChange): boolean {
  const several = [env, labels, ports, volumes].some((list) => list.length > 0);
  // An empty entrypoint or cmd is a change: it takes the base's away.
  return several || envClear || Object.values(single).some((value) => value !== undefined);
}

function set(inner: JsonObject, key: string, list: readonly string[]): void {
  if (list.length > 0) inner[key] = [...list];
  else delete inner[key];
}

function add(inner: JsonObject, key: string, pairs: readonly (readonly [string, string | JsonObject])[]): void {
  if (pairs.length > 0) inner[key] = { ...objectAt(inner, key), ...Object.fromEntries(pairs) };
}

/** The config of an image from scratch. */
export function emptyConfig(platform: { os: string; architecture: string; variant?: string }): JsonObject {
  return { ...platform, config: {}, rootfs: { type: 'layers', diff_ids: [] }, history: [] };
}

/** A config with more layers on top, and an entry of history for each. */
export function withLayers(
  config: JsonObject,
  diffIds: readonly string[],
  created: string,
  by: string,
  author?: string,
): JsonObject {
  const rootfs = objectAt(config, 'rootfs');
  const before = textsAt(rootfs, 'diff_ids') ?? [];
  const history = Array.isArray(config['history']) ? config['history'] : [];
  // Tools that match entries with layers count those that made one: a base with fewer is filled up.
  const described = history.filter((entry) => objectAt({ entry }, 'entry')['empty_layer'] !== true).length;
  const filling = Array.from({ length: Math.max(0, before.length - described) }, () => ({ created }));
  const added = diffIds.map(() => ({ created, created_by: by, ...(author !== undefined && { author }) }));
  return {
    ...config,
    rootfs: { type: 'layers', ...rootfs, diff_ids: [...before, ...diffIds] },
    history: [...history, ...filling, ...added],
  };
}

/** Whether a change takes a base's cmd away without giving another. */
export function clearsCmd(config: JsonObject, change: ConfigChange): boolean {
  const cmd = objectAt(config, 'config')['Cmd'];
  return change.entrypoint !== undefined && change.cmd === undefined && cmd !== undefined && cmd !== null;
}

/** What an image's annotations say of the base that it was stacked on (OCI image specification, annotations.md). */
export function baseAnnotations({ name, digest }: Pick<OpenedImage, 'name' | 'digest'>): Record<string, string> {
  return {
    ...(name !== undefined && { 'org.opencontainers.image.base.name': name }),
    ...(digest !== undefined && { 'org.opencontainers.image.base.digest': digest }),
  };
}

/** What a base's annotations say of its own base is not true of what is stacked on it. */
export function ownAnnotations(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(annotations).filter(([key]) => !key.startsWith('org.opencontainers.image.base.'));
  return Object.fromEntries(entries);
}
