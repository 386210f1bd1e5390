import { posix } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { NAME_LIMIT, OWNER_LIMIT, PATH_LIMIT } from '../bytes/limits.ts';
import { InputError } from '../errors.ts';
import { compileAll, libcText, type Scheme, schemeKeys, type Target, type Version, versionText } from './target.ts';

/** Reads a platform file. Its keys are those of CLI.md; one that is not known is an error. */
export function readPlatformFile(yaml: string, file: string): Target {
  let parsed: unknown;
  try {
    const document = parseDocument(yaml);
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) throw problem;
    parsed = plain(document.toJS({ maxAliasCount: 100, mapAsMap: true }));
  } catch (error) {
    throw new InputError(file, `is not YAML: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
  }
  const fail = (what: string): never => {
    throw new InputError(file, what, 'layertool wheel --help shows a platform file');
  };
  const fields = isRecord(parsed) ? parsed : fail('is not a platform file: it is not a mapping');
  for (const key of Object.keys(fields)) if (!known.has(key)) fail(`has the unknown key ${key}`);
  const scheme = isRecord(fields['Scheme']) ? fields['Scheme'] : fail('has no Scheme');
  for (const key of Object.keys(scheme)) {
    if (!schemeKeys.some((one) => one === key)) fail(`has the unknown key Scheme.${key}`);
  }
  const path = (from: Record<string, unknown>, key: string, where = key): string => {
    const value = from[key];
    if (typeof value !== 'string' || !value.startsWith('/')) return fail(`${where} is not an absolute path`);
    if (hasControl(value)) return fail(`${where} has a control character in it`);
    const tooLong = value.length > PATH_LIMIT || value.split('/').some((part) => Buffer.byteLength(part) > NAME_LIMIT);
    return tooLong ? fail(`${where} is too long for a path`) : value;
  };
  const number = (key: string): number => {
    const value = fields[key] ?? 0;
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= OWNER_LIMIT
      ? value
      : fail(`${key} is not a number`);
  };
  const name = (key: string, id: number): string => {
    const value = fields[key] ?? (id === 0 ? 'root' : '');
    return typeof value === 'string' && !hasControl(value) ? value : fail(`${key} is not a name`);
  };
  const [uid, gid] = [number('UID'), number('GID')];
  const console = path(fields, 'ConsoleShebang');
  const folder = (key: (typeof schemeKeys)[number]): string => posix.resolve(path(scheme, key, `Scheme.${key}`));
  const folders: Scheme = {
    purelib: folder('purelib'),
    platlib: folder('platlib'),
    headers: folder('headers'),
    scripts: folder('scripts'),
    data: folder('data'),
  };
  const text = (key: string, pattern: RegExp, like: string): RegExpExecArray | undefined => {
    const value = fields[key];
    if (value === undefined) return undefined;
    const parts = typeof value === 'string' ? pattern.exec(value) : undefined;
    return parts ?? fail(`${key} is not like ${like}`);
  };
  const abi = text('ABI', /^cp([23])([0-9]{1,2})([a-z]*)$/, 'cp311');
  const told = text('Version', /^([23])\.([0-9]{1,2})(\.[0-9]{1,3}(?:(?:a|b|rc)[0-9]{1,3})?)?$/, '"3.11", with quotes');
  const version = pair(told) ?? pair(abi) ?? versionIn([folders.purelib, folders.platlib, console]);
  const libc = text('Libc', /^(glibc|musl)(?: ([0-9]{1,2})\.([0-9]{1,3}))?$/, 'glibc 2.36');
  return {
    name: file,
    version,
    fullVersion: told?.[3] && told[0],
    flags: abi?.[3],
    libc: libc && { name: libc[1] === 'musl' ? 'musl' : 'glibc', version: pair(libc.slice(1)) },
    architecture: text('Architecture', /^[a-z0-9_]+$/, 'x86_64')?.[0],
    compile: compiler(fields['PyCompile'], fail) ?? (version ? compileAll(version) : []),
    console,
    graphical: fields['GraphicalShebang'] === undefined ? console : path(fields, 'GraphicalShebang'),
    scheme: folders,
    uid,
    gid,
    uname: name('UName', uid),
    gname: name('GName', gid),
  };
}

/** Mappings as objects; a key that is no text is an error. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries(
    [...value].map(([key, item]: [unknown, unknown]) => {
      if (typeof key !== 'string') throw new Error('a key is no text');
      return [key, plain(item)];
    }),
  );
}

/** Whether a text has a control character, a NUL or a line feed among them. */
function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

const known = new Set([
  ...['ConsoleShebang', 'GraphicalShebang', 'Scheme', 'UID', 'GID', 'UName', 'GName', 'PyCompile'],
  ...['Version', 'ABI', 'Libc', 'Architecture'],
]);

function pair(parts: readonly (string | undefined)[] | undefined): Version | undefined {
  const [, major, minor] = parts ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

function compiler(value: unknown, fail: (what: string) => never): string[] | undefined {
  if (value === undefined) return undefined;
  const isCommand = Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string');
  return isCommand ? value : fail('PyCompile is not a list of words');
}

/** A platform file that says what is known of a Python. */
export function writePlatformFile(target: Target): string {
  const { version, fullVersion, flags, libc, architecture, scheme } = target;
  return stringify({
    ConsoleShebang: target.console,
    GraphicalShebang: target.graphical,
    Scheme: Object.fromEntries(schemeKeys.map((key) => [key, scheme[key]])),
    UID: target.uid,
    GID: target.gid,
    UName: target.uname,
    GName: target.gname,
    ...(target.compile.length > 0 && { PyCompile: target.compile }),
    ...(version && { Version: fullVersion ?? versionText(version) }),
    ...(version && flags !== undefined && { ABI: `cp${version.major}${version.minor}${flags}` }),
    ...(libc && { Libc: libcText(libc) }),
    ...(architecture !== undefined && { Architecture: architecture }),
  });
}

/** The version that a path like lib/python3.11 tells. */
function versionIn(paths: readonly string[]): Version | undefined {
  for (const path of paths) {
    const parts = /python([23])\.([0-9]{1,2})(?![0-9.])/.exec(path);
    if (parts) return { major: Number(parts[1]), minor: Number(parts[2]) };
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
