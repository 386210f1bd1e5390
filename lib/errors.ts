/** An input that cannot be used: the door prints `input: what`, then the hint, and exits with 1. */
export class InputError extends Error {
  readonly input: string;
  readonly hint: string | undefined;

  constructor(input: string, what: string, hint?: string) {
    super(what);
    this.input = input;
    this.hint = hint;
  }
}

/** A command line that cannot be understood: the door prints it and exits with 2. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(what: string, hint?: string) {
    super(what);
    this.hint = hint;
  }
}

/** What is wrong with some bytes, thrown where it is not known yet whose bytes they are. */
export class FormatError extends Error {}

/** The operating system's word for a failed call (`ENOENT`, `EPIPE`, …), if the error has one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const systemWords: Record<string, string> = {
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
