import type { Entry } from '../../lib/entries/entry.ts';
import { entry } from '../entries.ts';

/* Images with a Python in them, of which only that is there which tells what Python it is. */

/** The start of a program as the loader reads it: 64 bits, little end first. */
export function program(machine: number, interpreter: string): Buffer {
  const head = Buffer.alloc(5000);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(machine, 18);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(3, 64);
  head.writeBigUInt64LE(200n, 64 + 8);
  head.writeBigUInt64LE(BigInt(interpreter.length + 1), 64 + 32);
  head.write(interpreter, 200);
  return head;
}

export const GLIBC = '/lib64/ld-linux-x86-64.so.2';
export const MUSL = '/lib/ld-musl-aarch64.so.1';
export const glibc = Buffer.from(
  `${'x'.repeat(70_000)}GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\n`,
);
const musl = Buffer.from(`${'x'.repeat(70_000)}\0musl libc (aarch64)\nVersion %s\n\x001.2.4\0`);

export const python = (name: string, interpreter = GLIBC) =>
  entry(name, program(interpreter === MUSL ? 183 : 62, interpreter), { mode: 0o755 });
export const file = (name: string, text = 'x') => entry(name, Buffer.from(text));
export const link = (name: string, linkname: string): Entry => entry(name, undefined, { type: 'symlink', linkname });
export const gone = (name: string) => entry(name);
export const library = (version: string, prefix = 'usr/lib') => [
  file(`${prefix}/python${version}/os.py`),
  file(`${prefix}/python${version}/_sysconfigdata__linux_x86_64-linux-gnu.py`),
];

export const official = [
  python('usr/local/bin/python3.12'),
  link('usr/local/bin/python3', 'python3.12'),
  link('usr/local/bin/python', 'python3'),
  ...library('3.12', 'usr/local/lib'),
  file('usr/lib/x86_64-linux-gnu/libc.so.6', glibc.toString('latin1')),
  link('lib', 'usr/lib'),
];
export const debian = [
  link('bin', 'usr/bin'),
  link('lib', 'usr/lib'),
  python('usr/bin/python3.11'),
  link('usr/bin/python3', 'python3.11'),
  ...library('3.11'),
  entry('usr/lib/python3/dist-packages/'),
  file('usr/lib/x86_64-linux-gnu/libc.so.6', glibc.toString('latin1')),
];
export const alpine = [
  python('usr/bin/python3.12', MUSL),
  link('usr/bin/python3', 'python3.12'),
  ...library('3.12'),
  file('lib/ld-musl-aarch64.so.1', musl.toString('latin1')),
];
export const redHat = [
  link('bin', 'usr/bin'),
  link('lib64', 'usr/lib64'),
  python('usr/bin/python3.9'),
  link('usr/bin/python3', '/etc/alternatives/python3'),
  link('etc/alternatives/python3', '/usr/bin/python3.9'),
  ...library('3.9', 'usr/lib64'),
  link('usr/lib64/libc.so.6', 'libc-2.34.so'),
  file('usr/lib64/libc-2.34.so', 'GNU C Library (GNU libc) stable release version 2.34.'),
];
export const venv = [
  link('opt/venv/bin/python', '/usr/local/bin/python3.12'),
  link('opt/venv/bin/python3', 'python'),
  file('opt/venv/pyvenv.cfg', 'home = /usr/local/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n'),
  entry('opt/venv/lib/python3.12/site-packages/', undefined, { uid: 1000, gid: 1001, uname: 'app', gname: 'app' }),
];
