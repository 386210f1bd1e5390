import { NAME_LIMIT, PROGRAM_LIMIT } from '../bytes/limits.ts';
import { FormatError } from '../errors.ts';

/**
 * The fields of WHEEL and METADATA: an e-mail header; names in lower case, each with its values in order, to the letter but
 * for the blanks before them. A part of pip takes them so, other parts without what `trimmed` cuts.
 */
export function readFields(text: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === '') break;
    if (/^[ \t]/.test(line) && last) {
      last.push(`${last.pop()}\n${line}`);
      continue;
    }
    // A field without a name and the envelope of a mailbox are none, for Python as well.
    if (line.startsWith(':') || line.startsWith('From ')) continue;
    const parts = /^([\x21-\x39\x3b-\x7e]+):(.*)$/s.exec(line);
    // What is no field ends the header, as for Python.
    if (!parts) break;
    const name = parts[1]!.toLowerCase();
    last = fields.get(name) ?? [];
    last.push(parts[2]!.replace(/^[ \t]+/, ''));
    fields.set(name, last);
  }
  return fields;
}

export interface EntryPoint {
  readonly name: string;
  readonly module: string;
  /** What of the module is called, with dots. */
  readonly callable: string;
}

/** The programs that entry_points.txt tells of. */
export interface EntryPoints {
  readonly console: ReadonlyMap<string, EntryPoint>;
  readonly gui: ReadonlyMap<string, EntryPoint>;
}

/** packaging.python.org, "Entry points specification": sections of `name = module:object [extras]`. */
export function readEntryPoints(text: string): EntryPoints {
  const console = new Map<string, EntryPoint>();
  const gui = new Map<string, EntryPoint>();
  let section: Map<string, EntryPoint> | undefined;
  let inSection = false;
  for (const raw of text.split(LINE_ENDS)) {
    const line = trimmed(raw);
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[') && line.endsWith(']')) {
      // As importlib.metadata does: any number of brackets, and blanks between them count.
      const name = withoutBrackets(line);
      inSection = true;
      section = name === 'console_scripts' ? console : name === 'gui_scripts' ? gui : undefined;
      continue;
    }
    const equals = line.indexOf('=');
    if (inSection && equals < 0)
      throw new FormatError(`entry_points.txt has a line without an =: ${line.slice(0, 100)}`);
    if (!section) continue;
    const point = readEntryPoint(trimmed(line.slice(0, equals)), trimmed(line.slice(equals + 1)));
    section.set(point.name, point);
    if (console.size + gui.size > PROGRAM_LIMIT) {
      throw new FormatError(`entry_points.txt names more than ${PROGRAM_LIMIT} programs`);
    }
  }
  return { console, gui };
}

/** Linear, which a regular expression for the end of a text is not. */
function withoutBrackets(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && /[[\]]/.test(text[start]!)) start++;
  while (end > start && /[[\]]/.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}

function readEntryPoint(name: string, value: string): EntryPoint {
  // What is not a plain word would be another file than the one that it is called for, or one elsewhere.
  if (!/^[\p{L}\p{N}_.+-]+$/u.test(name) || name === '.' || name === '..' || Buffer.byteLength(name) > NAME_LIMIT) {
    throw new FormatError(`entry_points.txt has a script named ${JSON.stringify(name.slice(0, 300))}`);
  }
  const parts =
    /^([\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*)\s*:\s*([\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*)\s*(?:\[[^\]]*\])?$/u.exec(
      value,
    );
  if (!parts) throw new FormatError(`entry_points.txt: ${name} = ${value} does not name what to call`);
  return { name, module: parts[1]!, callable: parts[2]! };
}

/** Names that mean the same project are the same (packaging.python.org, "Names and normalization"). */
export function canonicalName(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}

/** Where Python's splitlines ends a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: separators of old are ends of lines
const LINE_ENDS = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** What Python's strip takes for white space. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: separators of old are white space
const BLANK = /[\s\x1c-\x1f\x85]/;

/** A text without white space around it. */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.test(text[start]!)) start++;
  while (end > start && BLANK.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}
