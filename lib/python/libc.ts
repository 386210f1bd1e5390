import { isPlace } from '../bytes/place.ts';
import type { Filesystem } from '../image/filesystem.ts';
import type { Elf } from './elf.ts';
import { search } from './search.ts';
import type { Libc } from './target.ts';

/** Whether a file of this name may tell the version of a C library. */
export function isLibc(name: string): boolean {
  return /^(libc\.so\.6|libc-2\.[0-9]+\.so|ld-musl-.*\.so\.1)$/.test(name);
}

/** The C library that a program is loaded with. */
export async function libcOf(root: Filesystem, { interpreter }: Elf): Promise<Libc | undefined> {
  if (interpreter === undefined) return undefined;
  const musl = /\/ld-musl-/.test(interpreter);
  const paths = musl ? [interpreter] : libraryFolders(interpreter).map((folder) => `${folder}/libc.so.6`);
  for (const path of paths) {
    const body = root.find(path)?.body;
    if (!isPlace(body)) continue;
    const parts = await search(body, musl ? muslVersion : glibcVersion);
    const version = parts && { major: Number(parts[1]), minor: Number(parts[2]) };
    if (version) return { name: musl ? 'musl' : 'glibc', version };
  }
  return { name: musl ? 'musl' : 'glibc', version: undefined };
}

/** What glibc prints when it is run as a program. */
const glibcVersion = /GNU C Library [^\n\0]{0,100}version ([0-9]+)\.([0-9]+)/;
/** musl has its version as a string for itself. */
const muslVersion = /\0([1-9])\.([0-9]{1,2})\.[0-9]{1,3}(?:-git[^\0]*)?\0/;

/** Where Linux distributions have the libraries of the architecture whose loader this is. */
function libraryFolders(interpreter: string): string[] {
  const folders = ['/lib64', '/usr/lib64', '/lib', '/usr/lib', '/lib32'];
  const triplet = Object.entries(triplets).find(([loader]) => interpreter.endsWith(loader))?.[1];
  return triplet === undefined ? folders : [`/lib/${triplet}`, `/usr/lib/${triplet}`, ...folders];
}

/** Debian's folders by the loader of each architecture. */
const triplets: Readonly<Record<string, string>> = {
  'ld-linux-x86-64.so.2': 'x86_64-linux-gnu',
  'ld-linux-aarch64.so.1': 'aarch64-linux-gnu',
  'ld-linux.so.2': 'i386-linux-gnu',
  'ld-linux-armhf.so.3': 'arm-linux-gnueabihf',
  'ld64.so.2': 'powerpc64le-linux-gnu',
  'ld64.so.1': 's390x-linux-gnu',
  'ld-linux-riscv64-lp64d.so.1': 'riscv64-linux-gnu',
  'ld-linux-loongarch-lp64d.so.1': 'loongarch64-linux-gnu',
};
