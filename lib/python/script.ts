import { FormatError } from '../errors.ts';
import type { EntryPoint, EntryPoints } from './metadata.ts';
import type { Target, Version } from './target.ts';

/** A program that is made for an entry point. */
export interface Script {
  readonly name: string;
  readonly content: Buffer;
}

/** Linux reads as many bytes of a first line, `#!` and line feed included. */
const SHEBANG_LIMIT = 127;

/** Where an interpreter cannot stand in a first line, a shell, which Python takes for a string, runs it. */
function shebang(interpreter: string): string {
  const quoted = interpreter.includes(' ') ? `"${interpreter}"` : interpreter;
  if (!quoted.includes(' ') && Buffer.byteLength(quoted) + 3 <= SHEBANG_LIMIT) return `#!${quoted}\n`;
  return `#!/bin/sh\n'''exec' ${quoted} "$0" "$@"\n' '''\n`;
}

function wrapper(interpreter: string, { name, module, callable }: EntryPoint): Script {
  const lines = [
    '# -*- coding: utf-8 -*-',
    'import re',
    'import sys',
    `from ${module} import ${callable.split('.')[0]}`,
    "if __name__ == '__main__':",
    "    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])",
    `    sys.exit(${callable}())`,
    '',
  ];
  return { name, content: Buffer.from(shebang(interpreter) + lines.join('\n')) };
}

/** The programs of a wheel, as pip makes them. */
export function scriptsOf(
  { console, gui }: EntryPoints,
  target: Pick<Target, 'console' | 'graphical' | 'version'>,
): Script[] {
  return [
    ...versioned(console, target.version).map((point) => wrapper(target.console, point)),
    ...[...gui.values()].map((point) => wrapper(target.graphical, point)),
  ];
}

/**
 * pip and easy_install are called after the Python that they belong to, whatever version the wheel was made with; the
 * versioned names that it lists are left out.
 */
function versioned(console: ReadonlyMap<string, EntryPoint>, version: Version | undefined): EntryPoint[] {
  const points = new Map(console);
  const renamed: EntryPoint[] = [];
  const rename = (name: string, others: RegExp, names: (version: Version) => string[]): void => {
    const point = points.get(name);
    if (!point) return;
    if (!version)
      throw new FormatError(
        `has the program ${name}, which is named after the Python's version, and that is not known`,
      );
    for (const other of [...points.keys()]) if (other === name || others.test(other)) points.delete(other);
    for (const each of names(version)) renamed.push({ ...point, name: each });
  };
  rename('pip', /^pip(\d+(\.\d+)?)?$/, ({ major, minor }) => ['pip', `pip${major}`, `pip${major}.${minor}`]);
  rename('easy_install', /^easy_install(-\d+\.\d+)?$/, ({ major, minor }) => [
    'easy_install',
    `easy_install-${major}.${minor}`,
  ]);
  return [...renamed, ...points.values()];
}

/** A script of a wheel with the interpreter in its first line, or undefined where it has another or none. */
export function withInterpreter(script: Buffer, interpreter: string): Buffer | undefined {
  if (!startsForPython(script)) return undefined;
  const end = script.indexOf('\n');
  return Buffer.concat([Buffer.from(`#!${interpreter}\n`), end < 0 ? Buffer.alloc(0) : script.subarray(end + 1)]);
}

/** Whether a script's first line is to name the interpreter (PEP 427). */
export function startsForPython(start: Buffer): boolean {
  return start.subarray(0, 8).toString('latin1') === '#!python';
}
