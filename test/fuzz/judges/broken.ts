import { inspect } from 'node:util';
import { FormatError, InputError, UsageError } from '../../../lib/errors.ts';

/** An invariant that did not hold. */
export class Broken extends Error {
  override readonly name = 'Broken';
  /** What tells the find from others: finds of the same key are one. */
  readonly key: string;

  constructor(what: string, detail = '') {
    super(detail === '' ? what : `${what}: ${detail}`);
    this.key = shortened(what);
  }
}

/** A message without what differs from one input to the next. */
export function shortened(message: string): string {
  return message
    .replace(/[0-9a-f]{16,}/g, 'X')
    .replace(/\d+/g, 'N')
    .slice(0, 160);
}

/** A value, or the problem that an InputError told. */
export type Outcome<T> = { readonly value: T } | { readonly refusal: string };

/** The names that an input may have in errors. */
export type Inputs = readonly string[] | ((input: string) => boolean);

/**
 * What some work comes to. A refusal must be an InputError that names one of the inputs; where nobody knows the input yet
 * it may be a FormatError.
 */
export async function outcomeOf<T>(
  work: () => T | Promise<T>,
  inputs: Inputs,
  also: 'FormatError' | 'UsageError' | undefined = undefined,
): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { refusal: refusalOf(error, inputs, also) };
  }
}

function refusalOf(error: unknown, inputs: Inputs, also: 'FormatError' | 'UsageError' | undefined): string {
  if (error instanceof Broken) throw error;
  if (also === 'FormatError' && error instanceof FormatError) return error.message;
  if (also === 'UsageError' && error instanceof UsageError) return error.message;
  if (!(error instanceof InputError)) throw strange(error);
  if (error.code === 'EFBIG' || error.code === 'ENOSPC') throw new Broken('fills the disk with temporary files');
  const isNamed =
    typeof inputs !== 'function'
      ? inputs.some((input) => error.input === input || error.input.startsWith(`${input}: `))
      : inputs(error.input);
  if (!isNamed) throw new Broken(`a refusal names ${error.input}, which is not its input`, error.message);
  return error.problem;
}

/** An error of a class that nobody may see. */
export function strange(error: unknown): Broken {
  if (!(error instanceof Error)) return new Broken('something is thrown that is no error', inspect(error));
  const frame = /^\s+at (.*?) ?\(?(?:file:\/\/)?\S*?\/build\/((?:lib|transforms)\/[^:)]+)/m.exec(error.stack ?? '');
  const where = frame ? ` in ${frame[1]} (${frame[2]})` : '';
  return new Broken(`${error.name} instead of an InputError${where}: ${shortened(error.message)}`, error.stack ?? '');
}

/** Throws where two readings of the same bytes do not come to the same. */
export function agree<T>(what: string, one: Outcome<T>, two: Outcome<T>, text: (value: T) => string): void {
  const [first, second] = [one, two].map((outcome) => ('refusal' in outcome ? 'refused' : 'taken'));
  if ('refusal' in one && 'refusal' in two) {
    // Two things may be wrong, and a reader meets either first.
    return;
  } else if ('value' in one && 'value' in two) {
    const [a, b] = [text(one.value), text(two.value)];
    if (a !== b) throw new Broken(`${what} differ`, differing(a, b));
  } else {
    const [refusal] = [one, two].flatMap((outcome) => ('refusal' in outcome ? [outcome.refusal] : []));
    throw new Broken(`${what}: the first is ${first}, the second ${second} (${shortened(refusal ?? '')})`);
  }
}

/** Where two texts begin to differ. */
export function differing(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const from = Math.max(0, at - 40);
  return `${JSON.stringify(a.slice(from, at + 80))} / ${JSON.stringify(b.slice(from, at + 80))}`;
}
