import { execFile, spawnSync } from 'node:child_process';
import { find } from '../peers/tools.ts';

/*
 * Whether GNU tar, bsdtar and Python's tarfile see the same entries in an archive: names, types, sizes and targets. What
 * they print is escaped in their own ways, and is taken back to bytes.
 */

export const readers = ['tar', 'bsdtar', 'python3'] as const;
export const missingReaders = readers.filter((name) => find(name) === undefined);

const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };
/** More than this is not compared: it would take longer than all other cases together. */
const MOST = 64 * 1024 * 1024;

const python = `
import json, sys, tarfile
kinds = {tarfile.LNKTYPE: 'h', tarfile.SYMTYPE: 'l', tarfile.CHRTYPE: 'c', tarfile.BLKTYPE: 'b', tarfile.DIRTYPE: 'd', tarfile.FIFOTYPE: 'p'}
lines = []
with tarfile.open(sys.argv[1], 'r:', encoding='utf-8', errors='surrogateescape') as archive:
    for one in archive:
        text = lambda name: name.encode('utf-8', 'surrogateescape').decode('latin-1')
        kind = kinds.get(one.type, '-')
        lines.append([kind, one.size if kind == '-' else 0, text(one.name).rstrip('/'), text(one.linkname) if kind in 'hl' else ''])
print(json.dumps(lines))
`;

const zipped = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps([one.filename for one in archive.infolist() if not one.is_dir()]))
`;

/** Python itself, since what stands on PATH may be a script that looks for it each time. */
const interpreter = (): string => {
  const { stdout } = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { env });
  return stdout.toString().trim() || 'python3';
};
let known: string | undefined;

function output(command: string, args: string[]): Promise<string | Error> {
  if (command === 'python3') known ??= interpreter();
  const program = command === 'python3' ? (known ?? command) : command;
  return new Promise((resolve) => {
    const settings = { env, maxBuffer: 1 << 28, timeout: 20_000, encoding: 'latin1' } as const;
    execFile(program, args, settings, (error, stdout, stderr) => {
      resolve(error ? new Error(`${command} fails: ${stderr.trim().slice(0, 300) || error.message}`) : stdout);
    });
  });
}

const simple: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const unescaped = (text: string) =>
  text.replace(/\\([0-7]{3}|[\s\S])/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (simple[code] ?? code),
  );

type Line = readonly [type: string, size: number, name: string, target: string];

/** A line of `tar tv`, whoever wrote it. */
function lineOf(line: string): Line {
  const columns =
    /^(\S)\S*\s+(?:\d+\s+\S+\s+\S+|\S+\/\S+)\s+(\d+(?:,\s*\d+)?)\s+(?:\d+-\d\d-\d\d \d\d:\d\d(?::\d\d(?:\.\d+)?)?|\w{3}\s+\d+\s+[\d:]+)\s([\s\S]*)$/.exec(
      line,
    );
  if (!columns) return ['?', 0, line, ''];
  const [, type = '', size = '', rest = ''] = columns;
  const arrow = type === 'l' ? ' -> ' : type === 'h' ? ' link to ' : '';
  const [name = '', target = ''] = arrow === '' ? [rest] : rest.split(arrow);
  return [type, type === '-' ? Number(size) : 0, unescaped(name).replace(/\/+$/, ''), unescaped(target)];
}

/** What is not alike; nothing where all see the same, or are not there. */
export async function unlike(path: string, size: number): Promise<string[]> {
  if (missingReaders.length > 0 || size > MOST) return [];
  const [gnu, bsd, other] = await Promise.all([
    output('tar', ['-tvf', path, '--numeric-owner', '--quoting-style=escape']),
    output('bsdtar', ['-tvf', path, '--numeric-owner']),
    output('python3', ['-I', '-S', '-c', python, path]),
  ]);
  const listed = { 'GNU tar': gnu, bsdtar: bsd, Python: other };
  const failed = Object.values(listed).filter((text) => text instanceof Error);
  if (failed.length > 0) return failed.map(({ message }) => message);
  const lines = Object.entries(listed).map(([reader, text]): [string, Line[]] => {
    if (reader === 'Python') return [reader, JSON.parse(String(text)) as Line[]];
    return [
      reader,
      String(text)
        .split('\n')
        .filter((line) => line !== '')
        .map(lineOf),
    ];
  });
  const [[first = '', wanted = []] = [], ...others] = lines;
  return others.flatMap(([reader, found]) => {
    const at = wanted.findIndex((line, index) => JSON.stringify(line) !== JSON.stringify(found[index]));
    if (at < 0 && found.length === wanted.length) return [];
    const place = at < 0 ? wanted.length : at;
    return [
      `${first} reads ${JSON.stringify(wanted[place])?.slice(0, 200)} where ${reader} reads ${JSON.stringify(found[place])?.slice(0, 200)}`,
    ];
  });
}

/** The files that Python sees in a zip archive whose members are whole. */
export async function zipNames(path: string): Promise<string[] | string> {
  const text = await output('python3', ['-I', '-S', '-c', zipped, path]);
  return text instanceof Error ? text.message : (JSON.parse(text) as string[]);
}
