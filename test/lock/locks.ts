import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../lib/commands/command.ts';
import { command } from '../../lib/commands/wheel.ts';
import { read } from '../entries.ts';
import { wheel as wheelBytes } from '../python/wheels.ts';

/** A wheel by what its name says: `demo-1.0-py3-none-any`. */
export interface Named {
  readonly file: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** A wheel of a name, with one module of the project's name that says which wheel it is from. */
export function named(tagged: string, more: { requires?: string; large?: Buffer } = {}): Named {
  const [name = '', version = '', ...rest] = tagged.split('-');
  const tag = rest.slice(-3).join('-');
  const bytes = wheelBytes({
    name,
    version,
    files: {
      [`${name}/__init__.py`]: `wheel = ${JSON.stringify(tagged)}\n`,
      ...(more.large && { [`${name}/large`]: more.large }),
    },
    wheel: `Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
    metadata: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${more.requires ? `Requires-Python: ${more.requires}\n` : ''}`,
  });
  return { file: `${tagged}.whl`, bytes, sha256: hash(bytes) };
}

export const hash = (bytes: Buffer, algorithm = 'sha256') => createHash(algorithm).update(bytes).digest('hex');

/** Puts wheels into a folder. */
export function put(folder: string, ...wheels: Named[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { file, bytes } of wheels) writeFileSync(join(folder, file), bytes);
}

/** A file of a pylock.toml. */
export const wheelLine = ({ file, bytes, sha256 }: Named, where = `path = "wheels/${file}"`, more = '') =>
  `{ name = "${file}", ${where}, size = ${bytes.length}, hashes = { sha256 = "${sha256}" }${more} }`;

/** A package of a pylock.toml. */
export function pyPackage(name: string, version: string, lines: string, ...wheels: string[]): string {
  const files = wheels.length > 0 ? `wheels = [${wheels.join(', ')}]\n` : '';
  return `[[packages]]\nname = "${name}"\nversion = "${version}"\n${lines === '' ? '' : `${lines}\n`}${files}`;
}

export const pylock = (top: string, ...packages: string[]) =>
  `lock-version = "1.0"\ncreated-by = "test"\n${top}\n${packages.join('\n')}`;

/** Runs `layertool wheel --lock` on a lock in a folder, and gives the modules of the layer: which wheel each is from. */
export async function locked(folder: string, lock: string, ...words: string[]): Promise<Record<string, string>> {
  const file = join(folder, 'lock');
  writeFileSync(file, lock);
  const out = join(folder, 'layer.tar');
  const target = words.some((word) => /^--(python|platform-file|target)/.test(word)) ? [] : ['--python', '3.12'];
  await run(command, ['--lock', file, ...target, ...words, '-q', '-o', out]);
  const modules: Record<string, string> = {};
  for (const { header, content } of await read(readFileSync(out))) {
    const name = /-packages\/([^/]+)\/__init__\.py$/.exec(header.name)?.[1];
    if (name !== undefined) modules[name] = /"(.*)"/.exec(content.toString())?.[1] ?? '';
  }
  return modules;
}
