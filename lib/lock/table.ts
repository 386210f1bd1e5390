import { FormatError } from '../errors.ts';

/** A table of TOML, of which nothing is known until it is looked at, and where it stands in its document. */
export interface Table {
  readonly at: string;
  readonly values: ReadonlyMap<string, unknown>;
}

/** A value as a table; what is none is a FormatError. */
export function tableOf(value: unknown, at: string): Table {
  if (!isPlain(value)) throw new FormatError(`${at === '' ? 'the document' : at} is not a table`);
  return { at, values: new Map(Object.entries(value)) };
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

const path = ({ at }: Table, key: string): string => (at === '' ? key : `${at}.${key}`);

/** The text of a key, if there is one; another value is a FormatError. */
export function optionalText(table: Table, key: string): string | undefined {
  const value = table.values.get(key);
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
  const value = table.values.get(key);
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
  const value = table.values.get(key);
  return value === undefined ? undefined : tableOf(value, path(table, key));
}

/** The keys of a table with the tables that are listed under each. */
export function tablesByKey(table: Table, key: string): Map<string, Table[]> {
  const inner = optionalTable(table, key);
  return new Map(inner && [...inner.values.keys()].map((name) => [name, tables(inner, name)]));
}

function list(table: Table, key: string): readonly unknown[] {
  const value = table.values.get(key) ?? [];
  if (!Array.isArray(value)) throw new FormatError(`${path(table, key)} is not a list`);
  return value;
}
