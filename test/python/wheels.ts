import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../lib/commands/command.ts';
import { command } from '../../lib/commands/wheel.ts';
import { type Held, read } from '../entries.ts';
import { type Member, zip } from './zip.ts';

export type Row = [path: string, digest: string, size: string];
export type Wheel = {
  name?: string;
  version?: string;
  files?: Record<string, Buffer | string | Partial<Member>>;
  /** Fields of the WHEEL file, instead of the usual ones. */
  wheel?: string;
  metadata?: string;
  entryPoints?: string;
  /** Changes RECORD before it is written. */
  record?: (rows: Row[]) => Row[];
  /** Changes the members before they are written. */
  members?: (members: Member[]) => Member[];
};

const quoted = (field: string) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
export const csv = (rows: readonly Row[], end = '\n') => rows.map((row) => row.map(quoted).join(',') + end).join('');

export function row(path: string, content: Buffer | string, algorithm = 'sha256'): Row {
  return [
    path,
    `${algorithm}=${createHash(algorithm).update(content).digest('base64url')}`,
    `${Buffer.from(content).length}`,
  ];
}

/** A wheel that is right but for what is asked for. */
export function wheel(asked: Wheel = {}): Buffer {
  const { name = 'demo', version = '1.0' } = asked;
  const info = `${name}-${version}.dist-info`;
  const members: Member[] = Object.entries(asked.files ?? { 'demo/__init__.py': 'x = 1\n' }).map(([path, file]) => {
    return typeof file === 'string' || Buffer.isBuffer(file)
      ? { name: path, content: file }
      : { name: path, content: '', ...file };
  });
  const fields = asked.wheel ?? 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
  members.push({
    name: `${info}/METADATA`,
    content: asked.metadata ?? `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
  });
  members.push({ name: `${info}/WHEEL`, content: fields });
  if (asked.entryPoints !== undefined) members.push({ name: `${info}/entry_points.txt`, content: asked.entryPoints });
  const listed = members.filter((member) => !member.name.endsWith('/'));
  const rows: Row[] = [...listed.map((member) => row(member.name, member.content)), [`${info}/RECORD`, '', '']];
  members.push({ name: `${info}/RECORD`, content: csv(asked.record?.(rows) ?? rows) });
  return zip(asked.members?.(members) ?? members);
}

export type Layer = { names: string[]; text(name: string): string; entry(name: string): Held };

export const PACKAGES = 'usr/local/lib/python3.12/site-packages';

/**
 * Runs `layertool wheel` on wheels, and gives what the layer has. It is written twice: as a file that appears whole, whose
 * content is verified while it is written, and straight into a descriptor, for which all of it is verified before.
 */
export async function installed(folder: string, wheels: readonly Buffer[], ...words: string[]): Promise<Layer> {
  const paths = wheels.map((bytes, at) => {
    // Without the name of a wheel, which could say something else than the wheel does.
    const path = join(folder, `w${at}`);
    writeFileSync(path, bytes);
    return path;
  });
  const out = join(folder, 'wheel.out');
  const target = words.length > 0 ? words : ['--python', '3.12'];
  const outcomeOf = (output: string): Promise<unknown> =>
    run(command, [...paths, ...target, '-q', '-o', output]).then(
      () => undefined,
      (error: unknown) => error,
    );
  const straight = join(folder, 'straight.out');
  const fd = openSync(straight, 'w');
  const failures = [await outcomeOf(out), await outcomeOf(`/dev/fd/${fd}`)];
  closeSync(fd);
  assert.equal(`${failures[0]}`, `${failures[1]}`);
  const before = readFileSync(straight);
  if (failures[0] !== undefined) {
    assert.equal(before.length, 0, 'nothing goes out before all is verified');
    throw failures[0];
  }
  assert.ok(before.equals(readFileSync(out)), 'other bytes are written straight');
  const found = await read(before);
  const entry = (name: string): Held => {
    const one = found.find(({ header }) => header.name === name);
    if (!one) throw new Error(`${name} is not among ${found.map(({ header }) => header.name).join(' ')}`);
    return one;
  };
  return { names: found.map(({ header }) => header.name), text: (name) => entry(name).content.toString(), entry };
}
