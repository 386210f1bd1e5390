import { LOCK_ITEMS } from '../bytes/limits.ts';
import { FormatError } from '../errors.ts';

/** A table of TOML, of which nothing is known until it is looked at, and where it stands in its document. */
export interface Table {
  readonly at: string;
  /** As TOML gave them: a map of each table of a large lock would take as much again. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** The value of a key, of whatever type; undefined where there is none, which no value of TOML is. */
export function valueAt({ values }: Table, key: string): unknown {
  return Object.hasOwn(values, key) ? values[key] : undefined;
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

/** The table of a key, if there is one. */
export function optionalTable(table: Table, key: string): Table | undefined {
  const value = valueAt(table, key);
  return value === undefined ? undefined : tableOf(value, path(table, key));
}

/** The keys of a table with the tables that are listed under each. */
export function tablesByKey(table: Table, key: string): Map<string, Table[]> {
  const inner = optionalTable(table, key);
  return new Map(inner && Object.keys(inner.values).map((name) => [name, tables(inner, name)]));
}

function list(table: Table, key: string): readonly unknown[] {
  const value = valueAt(table, key) ?? [];
  if (!Array.isArray(value)) throw new FormatError(`${path(table, key)} is not a list`);
  if (value.length > LOCK_ITEMS) throw new FormatError(`${path(table, key)} has more than ${LOCK_ITEMS} items`);
  return value;
}
