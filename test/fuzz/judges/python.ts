import { spawn } from 'node:child_process';
import { find } from '../../peers/tools.ts';

/** Python's own readers of what stands in a wheel. */
export interface Python {
  /** What a reader says, as JSON; null where it refuses. */
  ask(reader: 'record' | 'fields' | 'points', text: string): Promise<unknown>;
  close(): void;
}

/** A line of JSON comes for each text, and one goes back. */
const program = `
import csv, email.parser, io, json, re, sys
from importlib.metadata import EntryPoints

def record(text):
    rows = [row for row in csv.reader(io.StringIO(text, newline=''), strict=False) if row]
    return [(row + ['', '', ''])[:3] for row in rows]

def fields(text):
    message = email.parser.HeaderParser().parsestr(text)
    names = []
    for name in message.keys():
        if name.lower() not in names:
            names.append(name.lower())
    return [[name, message.get_all(name)] for name in names]

def points(text):
    found = {'console_scripts': {}, 'gui_scripts': {}}
    for point in EntryPoints._from_text(text):
        if point.group in found:
            found[point.group][point.name] = [point.name, point.module, point.attr]
    return [sorted(group.values()) for group in found.values()]

for line in sys.stdin:
    reader, text = json.loads(line)
    try:
        answer = globals()[reader](text)
    except Exception:
        answer = None
    print(json.dumps(answer), flush=True)
`;

/** Starts a Python, once; undefined where there is none. */
export function python(): Python | undefined {
  if (!find('python3')) return undefined;
  const child = spawn('python3', ['-c', program], { stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting: ((answer: unknown) => void)[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) waiting.shift()?.(JSON.parse(line));
  });
  child.stdin.on('error', () => {});
  return {
    ask(reader, text) {
      return new Promise((resolve) => {
        waiting.push(resolve);
        child.stdin.write(`${JSON.stringify([reader, text])}\n`);
      });
    },
    close: () => child.stdin.end(),
  };
}
