import { spawn } from 'node:child_process';
import { withoutEnd } from '../entries/names.ts';
import { errorCode, FormatError } from '../errors.ts';

/*
 * Extended attributes. Node has no call for them, so getfattr reads them, for many files at a time. xargs starts it,
 * since names are bytes, and only text can be given to a program as an argument.
 */

/** The PAX records of a file's attributes, by its path. */
export type Xattrs = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Those that go with a file wherever it goes: the users' own and capabilities, as docker and podman keep them. Labels of
 * SELinux, ACLs and what overlay file systems note for themselves belong to the host.
 */
const KEPT = '^(user\\.|security\\.capability$)';
const OVERLAY = 'user.overlay.';

const dump = ['getfattr', '--no-dereference', '--dump', `--match=${KEPT}`, '--encoding=hex', '--absolute-names', '--'];

/** What xargs exits with when there is no such program (POSIX, xargs, "Exit Status"). */
const NOT_FOUND = 127;

/** The attributes of files; undefined where nothing on PATH can read them. */
export function readXattrs(paths: readonly Buffer[]): Promise<Xattrs | undefined> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, LC_ALL: 'C' };
    const child = spawn('xargs', ['-0', ...dump], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    const messages: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => messages.push(chunk));
    child.on('error', (error) => (errorCode(error) === 'ENOENT' ? resolve(undefined) : reject(error)));
    child.on('close', (status) => {
      if (status === NOT_FOUND) resolve(undefined);
      else if (status === 0) resolve(parse(Buffer.concat(output).toString('latin1')));
      else reject(new FormatError(Buffer.concat(messages).toString().trim().split('\n')[0] || 'getfattr failed'));
    });
    // That it ended early is told by its status.
    child.stdin.on('error', () => {});
    const end = Buffer.of(0);
    child.stdin.end(Buffer.concat(paths.flatMap((path) => [path, end])));
  });
}

/** getfattr(1): a line with the file, one for each attribute, and an empty one. */
function parse(output: string): Xattrs {
  const byPath = new Map<string, Map<string, string>>();
  let records = new Map<string, string>();
  for (const line of output.split('\n')) {
    if (line.startsWith('# file: ')) {
      records = new Map();
      byPath.set(unquoted(line.slice('# file: '.length)), records);
      continue;
    }
    const equals = line.indexOf('=0x');
    if (equals < 0) continue;
    const name = unquoted(line.slice(0, equals));
    if (!name.startsWith(OVERLAY)) records.set(...record(name, Buffer.from(line.slice(equals + 3), 'hex')));
  }
  return byPath;
}

function unquoted(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** A key of PAX ends at its first =: a name with one in it is spelled as bsdtar does. */
function record(name: string, value: Buffer): [key: string, value: string] {
  if (!name.includes('=')) return [`SCHILY.xattr.${name}`, value.toString('latin1')];
  const spelled = name.replace(/[%=]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return [`LIBARCHIVE.xattr.${spelled}`, withoutEnd(value.toString('base64'), '=')];
}
