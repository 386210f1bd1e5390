import { LOCK_PACKAGES } from '../bytes/limits.ts';
import { FormatError } from '../errors.ts';

/** A table of TOML, of which nothing is known until it is looked at, and where it stands in its document. */
export interface Table {
  readonly at: string;
  /** As TOML gave them: a map of each table of a large lock would take as much again. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Whether a table has a key of its own. */
export function hasKey({ values }: Table, key: string): boolean {
  return Object.hasOwn(values, key);
}

/** The value of a key, of whatever type; undefined where there is none. */
export function valueAt(table: Table, key: string): unknown {
  return hasKey(table, key) ? table.values[key] : undefined;
}

/** The keys of a table, in the order of the document. */
export function keys({ values }: Table): string[] {
  return Object.keys(values);
}

/** A value as a table; what is none is a FormatError. */
export function tableOf(value: unknown, at: string): Table {
  if (!isPlain(value)) throw new FormatError(`${at === '' ? 'the document' : at} is not a table`);
  return { at, values: value };
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

const path = ({ at }: Table, key: string): string => (at === '' ? key : `${at}.${key}`);

/** The text of a key, if there is one; another value is a FormatError. */
export function optionalText(table: Table, key: string): string | undefined {
  const value = valueAt(table, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new FormatError(`${path(table, key)} is not a text`);
  return value;
}

/** The text of a key that must be there. */
export function text(table: Table, key: string): string {
  const value = optionalText(table, key);
  if (value === undefined) throw new FormatError(`${table.at === '' ? 'the lock' : table.at} has no ${key}`);
  return value;
}

/** A number of bytes. */
export function optionalSize(table: Table, key: string): number | undefined {
  const value = valueAt(table, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new FormatError(`${path(table, key)} is not a size`);
  }
  return value;
}

/** The texts of a list; none where there is no such key. */
export function texts(table: Table, key: string): string[] {
  return list(table, key).map((value, at) => {
    if (typeof value !== 'string') throw new FormatError(`${path(table, key)}[${at}] is not a text`);
    return value;
  });
}

/** The tables of a list. */
export function tables(table: Table, key: string): Table[] {
  return list(table, key).map((value, at) => tableOf(value, `${path(table, key)}[${at}]`));
}

/** The packages of a lock, which are not without end. */
export function packageTables(lock: Table, key: string): Table[] {
  if (list(lock, key).length > LOCK_PACKAGES) throw new FormatError(`lists more than ${LOCK_PACKAGES} packages`);
  return tables(lock, key);
}

/** The table of a key, if there is one. */
export function optionalTable(table: Table, key: string): Table | undefined {
  const value = valueAt(table, key);
  return value === undefined ? undefined : tableOf(value, path(table, key));
}

/** The keys of a table with the tables that are listed under each. */
export function tablesByKey(table: Table, key: string): Map<string, Table[]> {
  const inner = optionalTable(table, key);
  return new Map(inner && keys(inner).map((name) => [name, tables(inner, name)]));
}

function list(table: Table, key: string): readonly unknown[] {
  const value = valueAt(table, key) ?? [];
  if (!Array.isArray(value)) throw new FormatError(`${path(table, key)} is not a list`);
  return value;
}
