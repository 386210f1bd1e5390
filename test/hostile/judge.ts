import { readFileSync } from 'node:fs';
import { missingReaders, unlike, zipNames } from './alike.ts';
import type { Case, Must, Result } from './case.ts';
import type { Command, Form } from './commands.ts';
import { MEMORY, type Run } from './process.ts';
import { differences, readLayer } from './reading.ts';

/* Whether a run did what it must, and kept what every run must keep. */

/** What must happen with a case by a command in a form: the narrowest that is said counts. */
export function mustOf(one: Case, command: Command, form: Form): Must | 'skip' {
  const { but = {} } = one;
  return (
    but[`${command.name} from ${form}`] ?? but[command.name] ?? but[command.like ?? ''] ?? command.must ?? one.must
  );
}

/** Everything that is wrong with a run, in words. */
export async function complaints(
  one: Case,
  command: Command,
  form: Form,
  must: Must,
  input: string,
  run: Run,
): Promise<string[]> {
  const wrong = [...invariants(command, input, run)];
  if (run.status === 0) {
    if (must.kind === 'refused') wrong.push(`was taken, and must be refused: ${must.words} (${one.says})`);
    else for await (const text of results(one, command, form, must.result, run)) wrong.push(text);
  } else if (run.status === 1) {
    const words = must.kind === 'taken' ? undefined : must.words;
    const line = run.stderr.split('\n')[0] ?? '';
    // The name of an input or of a command must not stand for the reason.
    const told = line.includes(input) ? line.slice(line.indexOf(input) + input.length) : line;
    if (command.unless?.test(line)) return wrong;
    if (words === undefined) wrong.push(`was refused, and must be taken (${one.says}): ${line}`);
    else if (!words.test(told)) wrong.push(`was refused in other words than ${words}: ${line}`);
  }
  return wrong;
}

function* invariants(
  command: Command,
  input: string,
  { status, stderr, memory, left, output }: Run,
): Generator<string> {
  if (status !== 0 && status !== 1) yield `ended with ${status}${stderr === '' ? '' : `: ${stderr.slice(0, 600)}`}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const control = /[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]/.exec(stderr);
  if (control)
    yield `a control character went to stderr: ${JSON.stringify(stderr.slice(Math.max(0, control.index - 40), control.index + 40))}`;
  if (/\n\s+at \S|node:internal|Node\.js v\d/.test(stderr)) yield `a stack trace: ${stderr.slice(0, 600)}`;
  const name = `layertool ${command.words('', { props: '', registry: '' })[0]}: `;
  const lines = stderr.split('\n');
  if (status === 1) {
    if (lines.pop() !== '') yield 'the last line of stderr has no end';
    const [first = '', hint, ...more] = lines.filter((line) => !isNote(line, name, lines));
    if (!first.startsWith(name)) yield `the error does not begin with ${JSON.stringify(name)}: ${first.slice(0, 300)}`;
    else if (!first.includes(input)) yield `the error does not name its input (${input}): ${first.slice(0, 300)}`;
    if (hint !== undefined && !hint.startsWith('hint: ')) yield `a second line that is no hint: ${hint.slice(0, 300)}`;
    if (more.length > 0) yield `${more.length + 2} lines of error`;
    if (first.length > 20_000) yield `an error of ${first.length} characters`;
  } else if (status === 0 && stderr !== '') {
    for (const line of lines.slice(0, -1))
      if (!line.startsWith(name) && !line.startsWith('hint: ')) yield `a stray line on stderr: ${line.slice(0, 300)}`;
  }
  if (memory !== undefined && memory > MEMORY) yield `took ${Math.round(memory / 1024)} MiB of memory`;
  const stray =
    typeof status === 'string'
      ? []
      : left.filter((file) => !(status === 0 && output !== undefined && file === 'out/result'));
  if (stray.length > 0) yield `left ${stray.join(', ')}`;
}

/** What is said on the way, as of a wheel's version or a whiteout in a directory, stands before the error. */
function isNote(line: string, name: string, lines: readonly string[]): boolean {
  return line.startsWith(name) && line !== lines.filter((each) => each.startsWith(name)).at(-1);
}

async function* results(one: Case, command: Command, form: Form, result: Result, run: Run): AsyncGenerator<string> {
  const { output } = run;
  if (output === undefined || form !== 'file') return;
  if (command.makes === 'text') {
    const text = readText(run);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const control = /[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]/.exec(text);
    if (control)
      yield `a control character in the output: ${JSON.stringify(text.slice(Math.max(0, control.index - 40), control.index + 40))}`;
    if (result.text && !result.text.test(text)) yield `the output is not ${result.text}: ${text.slice(0, 300)}`;
    return;
  }
  // An image archive is made by one packer whatever is in it: that of a layer on nothing need not be compared each time.
  const isWorth = command.name !== 'image' || one.name.length % 8 === 0;
  const found = isWorth ? await unlike(output, run.size) : [];
  // What filter leaves alone keeps its spelling: that is read no better than before.
  const before = found.length > 0 && command.name === 'filter' ? await unlike(inputOf(run), run.size) : [];
  for (const text of found) if (!before.includes(text)) yield text;
  // What a layer holds is not what stands in the image that it is put into, and what is edited keeps its spelling.
  if (
    command.name === 'wheel --target' ||
    command.name === 'filter' ||
    (one.kind === 'layer' && command.makes === 'image')
  )
    return;
  const entries = readLayer(output);
  const names = entries.map(({ name }) => name);
  if (command.name === 'squash' || command.name === 'dir') yield* listed(result, names);
  for (const name of result.has ?? []) if (!names.includes(name)) yield `${shown(name)} is not among ${shown(names)}`;
  for (const name of result.lacks ?? []) if (names.includes(name)) yield `${shown(name)} is in the output`;
  for (const [name, facts] of Object.entries(result.facts ?? {})) {
    const entry = entries.find((each) => each.name === name);
    if (entry) yield* differences(entry, facts);
    else yield `${shown(name)} is not among ${shown(names)}`;
  }
  if (one.kind === 'wheel' && missingReaders.length === 0) yield* wholeWheel(await zipNames(inputOf(run)), names);
}

function* listed({ entries }: Result, names: readonly string[]): Generator<string> {
  if (entries === undefined) return;
  const optional = entries.filter((name) => name.startsWith('?')).map((name) => name.slice(1));
  const wanted = entries.filter((name) => !name.startsWith('?'));
  const found = names.filter((name) => !optional.includes(name));
  if (JSON.stringify(found) !== JSON.stringify(wanted)) yield `the layer holds ${shown(names)}, not ${shown(entries)}`;
}

/** Every file that Python sees in a wheel must have come into the layer, under whatever folder. */
function* wholeWheel(seen: string[] | string, names: readonly string[]): Generator<string> {
  if (typeof seen === 'string') yield `was taken, and Python's zipfile refuses it: ${seen}`;
  else {
    const files = new Set(names.map((name) => name.split('/').at(-1)));
    for (const name of seen) {
      if (!files.has(name.split('/').at(-1))) yield `${shown(name)} is in the wheel for Python, and not in the layer`;
    }
  }
}

const inputOf = ({ words }: Run): string => words.find((word) => word.startsWith('/')) ?? '';

function readText({ output, stdout }: Run): string {
  return output === undefined ? stdout.toString('latin1') : readFileSync(output).toString('latin1');
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
