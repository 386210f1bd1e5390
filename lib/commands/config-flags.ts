import { UsageError } from '../errors.ts';
import type { ConfigChange, Healthcheck } from '../image/config.ts';
import type { Values } from './command.ts';
import type { Flags } from './flag.ts';

/** The flags of `image` that change the config. */
export const configFlags = {
  entrypoint: { type: 'string', value: 'JSON|WORD', help: "the program to run; clears the base's cmd" },
  cmd: { type: 'string', value: 'JSON|WORD', help: 'its arguments' },
  env: { type: 'string', short: 'e', value: 'KEY=VALUE', many: true, help: 'set an environment variable' },
  envClear: { type: 'boolean', help: "drop the base's environment first" },
  workdir: {
    type: 'string',
    short: 'w',
    value: 'DIR',
    help: "the working directory; a relative one goes from the base's",
  },
  user: { type: 'string', short: 'u', value: 'USER[:GROUP]', help: 'the user to run as' },
  label: { type: 'string', short: 'l', value: 'KEY=VALUE', many: true, help: 'set a label' },
  exposedPorts: { type: 'string', short: 'p', value: 'PORT[/tcp]', many: true, help: 'add an exposed port' },
  volume: { type: 'string', value: 'PATH', many: true, help: 'add a volume' },
  stopSignal: { type: 'string', value: 'SIG', help: 'the signal that stops the container' },
  healthcheck: { type: 'string', value: 'CMD', help: 'a shell command, a JSON array, or NONE' },
  healthcheckInterval: { type: 'string', value: 'TIME', default: '30s', help: 'the time between two checks, as 1m30s' },
  healthcheckTimeout: { type: 'string', value: 'TIME', default: '30s', help: 'the time that a check may take' },
  healthcheckStartPeriod: {
    type: 'string',
    value: 'TIME',
    default: '0s',
    help: 'the time in which a failure does not count',
  },
  healthcheckRetries: { type: 'string', value: 'N', default: '3', help: 'failures in a row that make it unhealthy' },
  author: { type: 'string', value: 'TEXT', help: 'who made the image' },
} as const satisfies Flags;

/** Checks the flags and turns them into a change of a config. */
export function readConfigFlags(values: Values<typeof configFlags>): ConfigChange {
  return {
    entrypoint: readCommand('--entrypoint', values.entrypoint),
    cmd: readCommand('--cmd', values.cmd),
    env: readPairs('--env', values.env),
    envClear: values.envClear,
    workdir: values.workdir,
    user: values.user,
    labels: readPairs('--label', values.label),
    ports: values.exposedPorts.flatMap(readPort),
    volumes: values.volume,
    stopSignal: readSignal(values.stopSignal),
    healthcheck: readHealthcheck(values),
    author: values.author,
  };
}

/** Values of the form KEY=VALUE; others are a UsageError that names the flag. */
export function readPairs(flag: string, texts: readonly string[]): [string, string][] {
  return texts.map((text) => {
    const equals = text.indexOf('=');
    if (equals <= 0) throw new UsageError(`${flag} takes KEY=VALUE, not ${JSON.stringify(text)}`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
}

function readCommand(flag: string, text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  if (text.startsWith('[')) return readArray(flag, text);
  if (text === '') return [];
  if (/\s/.test(text)) {
    const hint = `${flag}='${JSON.stringify(text.split(/\s+/))}'`;
    throw new UsageError(`${flag} takes one word or a JSON array, not ${JSON.stringify(text)}`, hint);
  }
  return [text];
}

function readArray(flag: string, text: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (!Array.isArray(parsed) || !parsed.every((item) => typeof item === 'string')) {
    throw new UsageError(`${flag}: ${text} is not a JSON array of strings`);
  }
  return parsed;
}

/** A range is each of its ports, as docker reads EXPOSE. */
function readPort(text: string): string[] {
  const parts = /^([0-9]{1,5})(?:-([0-9]{1,5}))?(?:\/(tcp|udp|sctp))?$/.exec(text.toLowerCase());
  const first = Number(parts?.[1]);
  const last = Number(parts?.[2] ?? parts?.[1]);
  if (!parts || first < 1 || last > 65535 || last < first) {
    throw new UsageError(`--exposed-ports takes PORT, PORT/tcp or PORT/udp, not ${JSON.stringify(text)}`);
  }
  return Array.from({ length: last - first + 1 }, (_, at) => `${first + at}/${parts[3] ?? 'tcp'}`);
}

function readSignal(text: string | undefined): string | undefined {
  if (text === undefined || /^(?:[0-9]{1,2}|(?:SIG)?[A-Z][A-Z0-9+-]*)$/.test(text)) return text;
  throw new UsageError(`--stop-signal takes a signal like SIGTERM, not ${JSON.stringify(text)}`);
}

function readHealthcheck(values: Values<typeof configFlags>): Healthcheck | undefined {
  const text = values.healthcheck;
  const check: Healthcheck = {
    ...(text !== undefined && { Test: healthTest(text) }),
    ...duration('Interval', '--healthcheck-interval', values.healthcheckInterval),
    ...duration('Timeout', '--healthcheck-timeout', values.healthcheckTimeout),
    ...duration('StartPeriod', '--healthcheck-start-period', values.healthcheckStartPeriod),
    ...(values.healthcheckRetries !== undefined && { Retries: readCount(values.healthcheckRetries) }),
  };
  return Object.keys(check).length > 0 ? check : undefined;
}

function healthTest(text: string): string[] {
  if (text === 'NONE') return ['NONE'];
  return text.startsWith('[') ? ['CMD', ...readArray('--healthcheck', text)] : ['CMD-SHELL', text];
}

function readCount(text: string): number {
  if (!/^[0-9]{1,6}$/.test(text))
    throw new UsageError(`--healthcheck-retries takes a number, not ${JSON.stringify(text)}`);
  return Number(text);
}

const units: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Durations as Go writes them, in nanoseconds. */
function duration<K extends string>(key: K, flag: string, text: string | undefined): { [P in K]?: number } {
  if (text === undefined) return {};
  const parts = [...text.matchAll(/([0-9]+(?:\.[0-9]*)?)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new UsageError(`${flag} takes a time like 30s or 1m30s, not ${JSON.stringify(text)}`);
  }
  const sum = parts.reduce((total, [, number, unit]) => total + Number(number) * units[unit!]!, 0);
  const result: { [P in K]?: number } = {};
  result[key] = Math.round(sum);
  return result;
}
