import { createHash } from 'node:crypto';
import { NAME_LIMIT, PATH_LIMIT } from '../bytes/limits.ts';
import { chunksOf, type Place } from '../bytes/place.ts';
import { type Member, readMember, readZip } from '../codecs/zip.ts';
import { gather } from '../entries/body.ts';
import { blame, FormatError } from '../errors.ts';
import { giveBack } from '../memory/loans.ts';
import { canonicalName, type EntryPoints, readEntryPoints, readFields, trimmed } from './metadata.ts';
import { METADATA_LIMIT, type Row, readRecord } from './record.ts';
import { compressed, readTags, type Tag } from './tags.ts';
import { readFileName } from './wheel-name.ts';

/** A wheel that was opened (packaging.python.org, "Binary distribution format"). */
export interface Wheel {
  /** What it is called in errors. */
  readonly input: string;
  readonly archive: Place;
  /** The files by their names in the archive. */
  readonly members: ReadonlyMap<string, Member>;
  /** The name of its dist-info folder. */
  readonly info: string;
  /** The project's name, as the wheel's own file name would have it. */
  readonly project: string;
  readonly version: string;
  /** The name that its file ought to have, which is made of what is in it. */
  readonly fileName: string;
  readonly isPurelib: boolean;
  readonly tags: readonly Tag[];
  readonly entryPoints: EntryPoints;
  readonly record: readonly Row[];
  /** The versions of Python that it runs on (PEP 440), where it tells. */
  readonly requiresPython: string | undefined;
  /** The sha256 of the whole archive, hexadecimal. */
  readonly sha256: string;
  /** Where it came from, if not from an index by its name: what direct_url.json tells (PEP 610). */
  readonly url: string | undefined;
}

interface WheelOptions {
  /** The name of its file, where it is one: it says which project it is, and what it runs on. */
  readonly fileName?: string | undefined;
  /**
   * `file`, the default: its address is made of the name that its content tells, since a pipe has none, and a path is of
   * this machine. `index`: it was brought by its name, and has none.
   */
  readonly origin?: 'file' | 'index' | { readonly url: string };
  /** The sha256 of the archive, hexadecimal, where whoever opens it knows it already. */
  readonly sha256?: string | undefined;
}

/**
 * Opens a wheel and checks its form; what is wrong with it is an InputError. That its files are what RECORD says is checked
 * where they are read.
 */
export async function openWheel(archive: Place, options: WheelOptions = {}): Promise<Wheel> {
  const { fileName, origin = 'file' } = options;
  try {
    const wheel = await openMembers(archive, fileName);
    const url = origin === 'file' ? `file:///${encodeURIComponent(wheel.fileName)}` : undefined;
    return {
      ...wheel,
      url: typeof origin === 'object' ? addressOnly(origin.url) : url,
      sha256: options.sha256 ?? (await sha256(archive)),
    };
  } catch (error) {
    throw blame(archive.name, error);
  }
}

/** A URL without user and password (PEP 610, "Specification"), and without its fragment, as by pip. */
function addressOnly(url: string): string {
  return url.replace(/#.*$/s, '').replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1');
}

async function openMembers(archive: Place, ownName: string | undefined): Promise<Omit<Wheel, 'url' | 'sha256'>> {
  const named = ownName === undefined ? undefined : readFileName(ownName);
  const members = filesOf(await readZip(archive));
  const info = infoFolder(members);
  const [, project = '', version = ''] = /^(.+?)-(.+)\.dist-info$/.exec(info) ?? [];
  if (version === '') throw new FormatError(`${info} does not name a project and a version`);
  if (!PROJECT.test(project)) throw new FormatError(`${info} does not name a project`);
  if (named && canonicalName(named.project) !== canonicalName(project)) {
    throw new FormatError(`${info} is not of the project ${named.project}, as the name of the file says`);
  }

  const text = async (name: string): Promise<string | undefined> => {
    const member = members.get(`${info}/${name}`);
    if (member === undefined) return undefined;
    if (member.size > METADATA_LIMIT) throw new FormatError(`${name} is larger than ${METADATA_LIMIT} bytes`);
    return decode(await gather(readMember(archive, member), METADATA_LIMIT, name), name);
  };
  const required = async (name: string): Promise<string> => {
    const content = await text(name);
    if (content === undefined) throw new FormatError(`is not a wheel: it has no ${info}/${name}`);
    return content;
  };

  // skbuild writes a blank line before the tags.
  const wheel = readFields((await required('WHEEL')).replace(/\r\n?/g, '\n').replace(/\n{2,}/g, '\n'));
  const [format = ''] = (wheel.get('wheel-version') ?? []).map(trimmed);
  const major = /^([0-9]+)\.[0-9]+$/.exec(format)?.[1];
  if (major === undefined) throw new FormatError('its WHEEL file has no Wheel-Version');
  if (Number(major) > 1) throw new FormatError(`has the Wheel-Version ${format}, which is not known`);
  const tags = readTags((wheel.get('tag') ?? []).map(trimmed));
  if (tags.length === 0) throw new FormatError('its WHEEL file has no Tag');

  const metadata = readFields(await required('METADATA'));
  const [name = ''] = (metadata.get('name') ?? []).map(trimmed);
  if (canonicalName(name) !== canonicalName(project)) throw new FormatError(`${info} is not of the project ${name}`);

  const [build] = (wheel.get('build') ?? []).map(trimmed);
  const parts = [project, version, ...(build === undefined ? [] : [build]), compressed(tags)];
  return {
    input: archive.name,
    archive,
    members,
    info,
    project: project.replaceAll('_', '-'),
    version,
    fileName: `${parts.join('-')}.whl`,
    // pip compares the whole of the value: with a blank behind it, it is not true.
    isPurelib: wheel.get('root-is-purelib')?.[0]?.toLowerCase() === 'true',
    tags: named?.tags ?? tags,
    requiresPython: metadata.get('requires-python')?.map(trimmed)[0],
    entryPoints: readEntryPoints((await text('entry_points.txt')) ?? ''),
    record: readRecord(await required('RECORD')),
  };
}

/** A project's name (packaging.python.org, "Names and normalization"). */
const PROJECT = /^[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?$/i;

function filesOf(members: readonly Member[]): Map<string, Member> {
  const files = new Map<string, Member>();
  for (const member of members) {
    const { name } = member;
    if (name.endsWith('/')) continue;
    if (name === '' || name.includes('\0')) throw new FormatError('has a file with a NUL in its name');
    if (Buffer.byteLength(name) > PATH_LIMIT || name.split('/').some((part) => Buffer.byteLength(part) > NAME_LIMIT)) {
      throw new FormatError(`has a file whose name is too long: ${name.slice(0, 60)}…`);
    }
    if (files.has(name)) throw new FormatError(`has ${name} twice`);
    if (name.startsWith('/') || name.split('/').includes('..')) throw new FormatError(`${name} leaves its folder`);
    files.set(name, member);
  }
  return files;
}

function infoFolder(members: ReadonlyMap<string, Member>): string {
  const folders = new Set<string>();
  for (const name of members.keys()) {
    const slash = name.indexOf('/');
    if (slash > 0 && name.slice(0, slash).endsWith('.dist-info')) folders.add(name.slice(0, slash));
  }
  const [folder] = folders;
  if (folder === undefined) throw new FormatError('is not a wheel: it has no .dist-info folder');
  if (folders.size > 1) throw new FormatError(`has several .dist-info folders: ${[...folders].join(', ')}`);
  return folder;
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError(`${name} is not UTF-8`);
  }
}

async function sha256(archive: Place): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunksOf(archive)) {
    hash.update(chunk);
    giveBack(chunk);
  }
  return hash.digest('hex');
}
