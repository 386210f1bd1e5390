import { readEntryPoints, readFields } from '../../../lib/python/metadata.ts';
import { type Row, readRecord, writeRecord } from '../../../lib/python/record.ts';
import { Broken, differing, outcomeOf, shortened } from '../judges/broken.ts';
import { type Python, python } from '../judges/python.ts';
import { mutateText } from '../mutate/text.ts';
import type { Target } from '../target.ts';

const NAME = 'demo.whl';

const record = `demo/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0
"a,b.py",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0
"say ""x"".py",,
demo-1.0.dist-info/RECORD,,
`;
const fields = `Metadata-Version: 2.1
Name: demo
Version: 1.0
Summary: one
 and two
Requires-Python: >=3.8
Classifier: a
Classifier: b

The text.
`;
const wheel = 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\nTag: py2-none-any\n';
const points =
  '[console_scripts]\ndemo = demo.main:run\nother=demo:main.run [extra]\n\n# no\n[gui_scripts]\nwindow = demo:w\n';

const words = [
  ...[
    '"',
    '""',
    ',',
    ',,',
    '\r',
    '\r\n',
    '#',
    ';',
    '[',
    ']',
    '[console_scripts]',
    '[gui_scripts]',
    '[other]',
    '=',
    ':',
    '.',
  ],
  ...[
    'Name: ',
    'Tag: ',
    'Wheel-Version: ',
    ' ',
    '\t',
    '\v',
    '\f',
    '\x1c',
    '\u0085',
    '\xa0',
    '../x',
    'x = a:b',
    'a:b.c',
    'a.b',
    'x y',
  ],
  ...[
    '\0',
    'é',
    '\ufeff',
    'From x',
    '--',
    '-*- x -*-',
    '%(x)s',
    '"a',
    'a"b',
    'sha256=',
    'md5=x',
    '==',
    '='.repeat(500),
  ],
];

let judge: Python | undefined;

/** RECORD, METADATA, WHEEL and entry_points.txt are refused, or read as Python's own modules read them. */
export const metadata: Target = {
  name: 'metadata',
  quick: 1_500,
  limit: 2000,
  size: 8 * 1024,
  seeds: () => [record, fields, wheel, points].map((text, kind) => [Buffer.of(kind), Buffer.from(text)]),
  mutate: (part, dice, other, index) => (index === 0 ? part : mutateText(part, dice, other, words)),
  async run([kind = Buffer.alloc(1), bytes = Buffer.alloc(0)]) {
    // What is not UTF-8 is refused before it is read.
    const text = bytes.toString('utf8');
    if (!Buffer.from(text).equals(bytes)) return 'not text';
    judge ??= python();
    if (kind[0] === 0) return readsRecord(text);
    if (kind[0] === 3) return readsPoints(text);
    const own = await outcomeOf(() => [...readFields(text)], [NAME], 'FormatError');
    if ('refusal' in own) return own.refusal;
    const other = await judge?.ask('fields', text);
    // Python takes a line that begins with a blank for a part of the field before, and folds it in its own way.
    if (other !== undefined && !/^\s|[\n\r]\s/.test(text))
      same(
        'the fields of a header',
        own.value.map(([key, list]) => [key, list]),
        other,
      );
    return 'taken';
  },
  close: async () => judge?.close(),
};

async function readsRecord(text: string): Promise<string> {
  const own = await outcomeOf(() => readRecord(text), [NAME], 'FormatError');
  if ('refusal' in own) return own.refusal;
  const again = readRecord(writeRecord(own.value).toString());
  same('a RECORD that is written and read again', again, own.value.toSorted(byText));
  const other = await judge?.ask('record', text);
  if (other !== undefined && other !== null) same('the rows of a RECORD', own.value, other);
  if (other === null) throw new Broken('a RECORD is taken that the csv module refuses');
  return 'taken';
}

async function readsPoints(text: string): Promise<string> {
  const own = await outcomeOf(() => readEntryPoints(text), [NAME], 'FormatError');
  if ('refusal' in own) return shortened(own.refusal.replace(/named .*|: .*/, ''));
  const other = await judge?.ask('points', text);
  if (other === undefined) return 'taken';
  if (other === null) throw new Broken('an entry_points.txt is taken that importlib.metadata refuses');
  const list = [own.value.console, own.value.gui].map((points) =>
    [...points.values()].map(({ name, module, callable }) => [name, module, callable]).sort(),
  );
  same('the entry points', list, other);
  return 'taken';
}

/** By code points, as Python compares. */
function byText(a: Row, b: Row): number {
  const [one, two] = [a, b].map((row) => row.map((field) => Buffer.from(field)));
  return [0, 1, 2].map((at) => Buffer.compare(one![at]!, two![at]!)).find((order) => order !== 0) ?? 0;
}

function same(what: string, one: unknown, two: unknown): void {
  const [a, b] = [JSON.stringify(one), JSON.stringify(two)];
  if (a !== b) throw new Broken(`${what} differ`, differing(a!, b!));
}
