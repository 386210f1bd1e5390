import type { Measured } from './measure.ts';

export interface Row {
  readonly name: string;
  readonly runs: Measured[];
  /** Bytes written. */
  output?: number | undefined;
}

/** The rows of a case, the first one being the one that the others are compared with, run by run. */
export function table(rows: readonly Row[]): string {
  const [ours] = rows;
  const lines = rows.map((row) => [
    row.name,
    seconds(median(row.runs.map((run) => run.seconds))),
    ratio(ours, row),
    seconds(median(row.runs.flatMap(({ cpu }) => cpu ?? []))),
    megabytes(Math.max(...row.runs.flatMap(({ peak }) => peak ?? []))),
    megabytes(row.output),
  ]);
  return columns([['', 'median', 'ours/this', 'cpu', 'peak', 'output'], ...lines]);
}

/** The median of the ratios of the runs that were made one after the other. */
function ratio(ours: Row | undefined, row: Row): string {
  if (ours === undefined || ours === row) return '';
  return `${median(row.runs.map((run, at) => (ours.runs[at]?.seconds ?? 0) / run.seconds)).toFixed(2)}×`;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

export function seconds(number: number): string {
  return Number.isNaN(number) ? '-' : `${number.toFixed(3)} s`;
}

export function megabytes(bytes: number | undefined): string {
  return bytes === undefined || !Number.isFinite(bytes) ? '-' : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function columns(rows: readonly (readonly string[])[]): string {
  const width = (at: number): number => Math.max(...rows.map((row) => row[at]?.length ?? 0));
  const padded = (cell: string, at: number): string => (at === 0 ? cell.padEnd(34) : cell.padStart(width(at)));
  return rows.map((row) => `  ${row.map(padded).join('  ')}`.trimEnd()).join('\n');
}
