/*
 * The errors of layertool. Each has its class's `name`, an `input` where one is to blame, the system's `code` where a
 * call failed, and a `cause` where another error lies under it.
 */

/** Why an input is most often empty or cut off: bash does not tell that a command in <( ) failed. */
const FAILED_COMMAND = 'did the command in <( ) fail?';

interface Reasons {
  /** What lies under the error. Its `code`, if it has one, becomes the error's own. */
  readonly cause?: unknown;
}

/** An input that cannot be used: the door prints `input: problem`, then the hint, and exits with 1. */
export class InputError extends Error {
  override readonly name: string = 'InputError';
  /** The name of the input, as the user gave it. */
  readonly input: string;
  /** What is wrong with it, without its name. */
  readonly problem: string;
  readonly hint: string | undefined;
  /** The system's word for what failed, where that was a call: `ENOENT`. */
  readonly code: string | undefined;

  constructor(input: string, problem: string, hint?: string, { cause }: Reasons = {}) {
    super(`${input}: ${problem}`, cause === undefined ? undefined : { cause });
    this.input = input;
    this.problem = problem;
    this.hint = hint;
    this.code = errorCode(cause);
  }
}

/** A command line, or a call of the library, that makes no sense: the door prints it and exits with 2. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
  readonly hint: string | undefined;

  constructor(problem: string, hint?: string) {
    super(problem);
    this.hint = hint;
  }
}

/** What is wrong with some bytes, thrown where it is not known yet whose bytes they are. */
export class FormatError extends Error {
  override readonly name: string = 'FormatError';
}

/** An input that a failed system call is about. */
export function systemFailure(input: string, error: unknown, hint?: string): InputError {
  return error instanceof InputError ? error : new InputError(input, systemError(error), hint, { cause: error });
}

/** An input that ends too early, or has not begun. */
export function cutOff(input: string, problem: string): InputError {
  return new InputError(input, problem, FAILED_COMMAND);
}

/** Turns a FormatError into the InputError of the input whose bytes they are; every other error stays as it is. */
export function blame(input: string, error: unknown): unknown {
  return error instanceof FormatError ? new InputError(input, error.message, undefined, { cause: error }) : error;
}

/** The operating system's word for a failed call (`ENOENT`, `EPIPE`, …), if the error has one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const systemWords: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  ELOOP: 'too many symbolic links',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'disk quota exceeded',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  EIO: 'input/output error',
  EBADF: 'is not open',
  EFBIG: 'file too large',
  ENXIO: 'no such device',
  ENAMETOOLONG: 'file name too long',
};

/** A failed system call as a person would say it: without the call, the path and the errno. */
export function systemError(error: unknown): string {
  const code = errorCode(error);
  if (code !== undefined && systemWords[code] !== undefined) return systemWords[code];
  return error instanceof Error ? error.message : String(error);
}

/** Makes text from an archive safe for a terminal and a log: one line, control characters escaped. */
export function printable(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  let out = '';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029;
    // Direction marks can make a log line read as something else.
    const direction =
      (code >= 0x200e && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    if (control || direction)
      out += code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
    else out += char;
  }
  return out;
}
