import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { fromText } from '../../../lib/entries/names.ts';
import { readRecord } from '../../../lib/python/record.ts';
import { officialTarget } from '../../../lib/python/target.ts';
import { openWheel } from '../../../lib/python/wheel.ts';
import { pump } from '../../../lib/streams/pump.ts';
import { source } from '../../../lib/streams/source.ts';
import { pack } from '../../../lib/tar/pack.ts';
import { installWheel } from '../../../transforms/install-wheel.ts';
import { wheel as wheelOf } from '../../python/wheels.ts';
import { Broken, outcomeOf } from '../judges/broken.ts';
import { collected } from '../judges/collected.ts';
import { entriesOf, type Held, held } from '../judges/entries.ts';
import { mutateText } from '../mutate/text.ts';
import { mutateZip } from '../mutate/zip.ts';
import { placeOf } from '../scratch.ts';
import type { Sample, Target } from '../target.ts';

const NAME = 'demo.whl';
const target = officialTarget({ major: 3, minor: 12 });

const metadata = 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n';
const fields = 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
const points = '[console_scripts]\ndemo = demo.main:run\n\n[gui_scripts]\nwindow = demo:w\n';
const files = `demo/__init__.py\tx = 1
demo-1.0.data/scripts/run\t#!python
demo-1.0.data/headers/demo.h\tint x;
demo-1.0.data/data/share/x\t.
demo-1.0.data/purelib/demo/pure.py\ty
`;

const words = [
  ...[
    'demo',
    'demo/',
    '..',
    '../..',
    '/etc/passwd',
    '\0',
    'RECORD',
    'demo-1.0.dist-info/RECORD',
    'demo-1.0.dist-info/METADATA',
  ],
  ...[
    'x.data/scripts/demo',
    'demo-1.0.data/scripts/../../x',
    'demo-1.0.data/platlib/',
    'other-1.dist-info/WHEEL',
    './demo/a',
  ],
  ...[
    '[console_scripts]',
    '[gui_scripts]',
    'demo',
    'pip',
    'a = b:c',
    'Tag: cp312-cp312-linux_x86_64',
    'Name: ..',
    'Build: 1',
    '#!pythonw',
  ],
  ...[
    'n'.repeat(260),
    `${'d/'.repeat(300)}f`,
    'é',
    '\t',
    ' ',
    'constructor',
    '__proto__',
    'Wheel-Version: 1.9',
    'Root-Is-Purelib: false',
  ],
];

const NOTHING = Buffer.alloc(0);

/** A wheel is refused, or installed inside its folders, with a RECORD that says just what is there. */
export const wheel: Target = {
  name: 'wheel',
  quick: 80,
  limit: 2000,
  size: 64 * 1024,
  // In four texts, of which the archive is made, or as it is.
  seeds: () => [
    [metadata, fields, points, files].map((text) => Buffer.from(text)),
    [metadata, fields, '', 'demo.py\tx\n'].map((text) => Buffer.from(text)),
    [archiveOf([metadata, fields, points, files].map((text) => Buffer.from(text)))],
  ],
  mutate: (part, dice, other) =>
    part.subarray(0, 2).toString() === 'PK' ? mutateZip(part, dice, other) : mutateText(part, dice, other, words),
  async run(parts) {
    const bytes = parts.length === 1 ? parts[0]! : archiveOf(parts);
    const install = (isLate: boolean) => (): Promise<Buffer | undefined> =>
      collected(async (sink) =>
        pump(source([await openWheel(placeOf(bytes, NAME))]), installWheel(target, { isLate }), pack(), sink),
      );
    const layer = await outcomeOf(install(false), [NAME]);
    // Verified before the first byte, or each file as it is written: the layer is the same, and so is whether there is one.
    const late = await outcomeOf(install(true), [NAME]);
    const isAlike =
      'value' in layer && 'value' in late
        ? Buffer.compare(layer.value ?? NOTHING, late.value ?? NOTHING) === 0
        : 'refusal' in layer && 'refusal' in late;
    if (!isAlike) throw new Broken('late and early differ', JSON.stringify([layer, late]).slice(0, 500));
    if ('refusal' in layer) return layer.refusal.replace(/: .*/s, '');
    if (layer.value === undefined) return 'taken large';
    checkLayer(await held(entriesOf('installed.tar', [layer.value])));
    return 'taken';
  },
};

function archiveOf(parts: Sample): Buffer {
  const [described = '', tagged = '', programs = '', listed = ''] = parts.map((part) => part.toString());
  const lines = listed.split('\n').filter((line) => line !== '');
  const pairs = lines.map((line) => line.split(/\t(.*)/s) as [string, string?]);
  return wheelOf({
    files: Object.fromEntries(pairs.map(([path, content = '']) => [path, content])),
    metadata: described,
    wheel: tagged,
    ...(programs !== '' && { entryPoints: programs }),
  });
}

function checkLayer(list: readonly Held[]): void {
  const paths = new Map(list.map((one) => [one.header.name.replace(/\/$/, ''), one]));
  if (paths.size < list.length) throw new Broken('a wheel installs a path twice');
  const folders = [...Object.values(target.scheme)].map((folder) => `${folder.slice(1)}/`);
  for (const [path, { header }] of paths) {
    const parts = path.split('/');
    if (parts.includes('..') || parts.includes('') || parts.includes('.'))
      throw new Broken('a wheel installs a path that is not clean', path);
    if (path.includes('\0') || parts.some((part) => part.length > 255) || path.length > 4095)
      throw new Broken('a wheel installs a path that no system can have');
    const isInside = folders.some((folder) => path.startsWith(folder) || folder.startsWith(`${path}/`));
    if (!isInside) throw new Broken('a wheel installs a path outside of its folders', path);
    if (header.type !== 'file' && header.type !== 'directory')
      throw new Broken('a wheel installs something else than files');
    const above = parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join('/'));
    if (above.some((folder) => paths.get(folder)?.header.type === 'file'))
      throw new Broken('a wheel installs a file below a file', path);
  }
  checkRecord(paths);
}

function checkRecord(paths: ReadonlyMap<string, Held>): void {
  const packages = target.scheme.purelib.slice(1);
  const isRecord = (path: string): boolean =>
    path.startsWith(packages) && /^\/[^/]+\.dist-info\/RECORD$/.test(path.slice(packages.length));
  const record = [...paths].find(([path]) => isRecord(path))?.[1];
  if (record?.content === undefined) throw new Broken('a wheel is installed without a RECORD');
  const rows = new Map(readRecord(record.content.toString()).map((row) => [row[0], row]));
  const listed = new Set<string>();
  for (const [path, digest, size] of rows.values()) {
    const resolved = fromText(posix.join(packages, path));
    listed.add(resolved);
    const content = paths.get(resolved)?.content;
    // As pip does it, the row stays of a script that an entry point replaces.
    if (content === undefined && /^[^/]+\.data\/scripts\//.test(path)) continue;
    if (content === undefined) throw new Broken('RECORD lists what is not installed', path);
    if (digest === '') continue;
    const [algorithm = '', value] = digest.split(/=(.*)/s);
    const actual = createHash(algorithm).update(content).digest('base64url');
    if (actual !== value?.replace(/=*$/, ''))
      throw new Broken('RECORD lists another digest than that of the file', path);
    if (size !== '' && Number(size) !== content.length)
      throw new Broken('RECORD lists another size than that of the file', path);
  }
  const missing = [...paths].find(([path, { header }]) => header.type === 'file' && !listed.has(path));
  if (missing) throw new Broken('RECORD does not list what is installed', missing[0]);
}
