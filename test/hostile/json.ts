import { type Case, cases, either, type Must, type Row, refused, taken } from './case.ts';
import { configOf, docker, oci, one, packed } from './images.ts';

/* JSON documents as configs, manifests and indexes: what is no JSON, what is too deep, and what is JSON and odd. */

/** Of a document that is right, one that is wrong; and what a config and an index of it must be. */
type Document = readonly [
  name: string,
  change: (right: string) => string | Buffer,
  config: Must,
  index: Must,
  says: string,
];

const no = refused(/JSON|object|list|manifests|layers|UTF-8|deep|nest/);
const depth = 100_000;

const documents: Document[] = [
  ['nothing', () => '', no, no, 'RFC 8259'],
  ['blanks', () => '  \n', no, no, 'RFC 8259'],
  ['null', () => 'null', no, no, 'RFC 8259'],
  ['a number', () => '7', no, no, 'RFC 8259'],
  ['a string', () => '"x"', no, no, 'RFC 8259'],
  ['a list', () => '[]', no, no, 'RFC 8259'],
  ['an empty object', () => '{}', no, no, 'OCI'],
  ['a comma behind', (right) => `${right.slice(0, -1)},}`, no, no, 'RFC 8259'],
  ['a comment', (right) => `/* x */${right}`, no, no, 'RFC 8259'],
  ['single quotes', (right) => right.replaceAll('"', "'"), no, no, 'RFC 8259'],
  ['NaN', (right) => `{"x":NaN,${right.slice(1)}`, no, no, 'RFC 8259'],
  ['two documents', (right) => `${right}${right}`, no, no, 'RFC 8259'],
  ['cut off', (right) => right.slice(0, -5), no, no, 'RFC 8259'],
  ['a NUL behind', (right) => `${right}\0`, no, no, 'RFC 8259'],
  ['a BOM', (right) => `\ufeff${right}`, either(/JSON/), either(/JSON/), 'RFC 8259: may be ignored'],
  ['blanks around', (right) => `\n ${right} \n`, taken(), taken(), 'RFC 8259'],
  [
    'UTF-8 that is none',
    (right) => Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xff]), Buffer.from(`",${right.slice(1)}`)]),
    either(/UTF-8|JSON/),
    either(/UTF-8|JSON/),
    'RFC 8259',
  ],
  ['half of a surrogate pair', (right) => `{"x":"\\ud800",${right.slice(1)}`, taken(), taken(), 'RFC 8259'],
  [
    'a number without end',
    (right) => `{"x":1e999,${right.slice(1)}`,
    either(/JSON|number/),
    either(/JSON|number/),
    'RFC 8259',
  ],
  [
    'a number of 100,000 digits',
    (right) => `{"x":${'9'.repeat(100_000)},${right.slice(1)}`,
    either(/JSON|number/),
    either(/JSON|number/),
    'RFC 8259',
  ],
  [
    'a key twice',
    (right) => `{"manifests":[],"rootfs":{},${right.slice(1)}`,
    either(/twice|JSON/),
    either(/twice|JSON/),
    'RFC 8259: unspecified',
  ],
  [
    'keys of JavaScript',
    (right) => `{"__proto__":{"x":1},"constructor":{"prototype":7},${right.slice(1)}`,
    taken(),
    taken(),
    'any',
  ],
  [
    'lists, 100,000 deep',
    (right) => `{"x":${'['.repeat(depth)}${']'.repeat(depth)},${right.slice(1)}`,
    either(/deep|nest|JSON/),
    either(/deep|nest|JSON/),
    'Go refuses over 10,000',
  ],
  [
    'objects, 100,000 deep',
    (right) => `{"x":${'{"x":'.repeat(depth)}1${'}'.repeat(depth)},${right.slice(1)}`,
    either(/deep|nest|JSON/),
    either(/deep|nest|JSON/),
    'Go refuses over 10,000',
  ],
  ['lists without end', () => '['.repeat(1_000_000), no, no, 'RFC 8259'],
  [
    '500,000 keys',
    (right) => `{${Array.from({ length: 500_000 }, (_, at) => `"k${at}":1`).join(',')},${right.slice(1)}`,
    either(/JSON|larger/),
    either(/JSON|larger/),
    'Go takes it',
  ],
  ['escape sequences', (right) => `{"\\u001b[31m":"\\u009b2J\\u0007",${right.slice(1)}`, taken(), taken(), 'any'],
];

const asConfig = documents.map(
  ([name, change, config, , says]): Row => [
    name,
    () => packed(docker([one], { config: Buffer.from(change(configOf([one]))) })),
    config,
    says,
  ],
);

function asIndex(change: (right: string) => string | Buffer): Buffer {
  return packed(
    oci([one]).map(
      ([name, content]) => [name, name === 'index.json' ? Buffer.from(change(content as string)) : content] as const,
    ),
  );
}

/** What fields of a config say that are shown, joined or changed. */
const configured = (config: object) => () => packed(docker([one], { config: configOf([one], config) }));
const fields: Row[] = [
  [
    'escape sequences in every field',
    configured({
      author: '\x1b[31m',
      created: '\x9b2J',
      config: { Env: ['A=\x1b]0;x\x07'], Cmd: ['\x1b[2J'], Labels: { '\x1b': '\x7f' } },
      history: [{ created_by: '\x1b[31mRUN', comment: '\x9b' }],
    }),
    taken(),
    'contract',
  ],
  ['Env that is no list', configured({ config: { Env: 'PATH=/bin' } }), either(/Env|config/), 'docker refuses'],
  ['Env of numbers', configured({ config: { Env: [1] } }), either(/Env|config/), 'docker refuses'],
  ['an Env of 1 MB', configured({ config: { Env: [`PATH=${'/x:'.repeat(300_000)}`] } }), taken(), 'docker'],
  ['a config that is null', configured({ config: null }), taken(), 'docker'],
  [
    'a history of 100,000 entries',
    configured({ history: Array.from({ length: 100_000 }, () => ({ empty_layer: true })) }),
    taken(),
    'docker',
  ],
  ['a history of numbers', configured({ history: [7, null, 'x'] }), either(/history|config/), 'docker refuses'],
  ['more history than layers', configured({ history: [{}, {}, {}] }), taken(), 'docker'],
  ['a time that is none', configured({ created: 'yesterday' }), either(/created/), 'docker refuses'],
  [
    'an architecture that is a number',
    configured({ architecture: 64 }),
    either(/architecture|platform/),
    'docker refuses',
  ],
  ['an os with escape sequences', configured({ os: '\x1b[31m' }), either(/os|platform/), 'docker refuses'],
  ['rootfs that is a list', configured({ rootfs: [] }), refused(/layers|diff_ids|rootfs/), 'docker'],
  [
    'rootfs of another type',
    configured({ rootfs: { ...(JSON.parse(configOf([one])) as { rootfs: object }).rootfs, type: 'blocks' } }),
    either(/rootfs/),
    'docker refuses',
  ],
];

export const jsonDocuments: Case[] = [
  ...cases('json: configs', 'image', asConfig),
  ...cases(
    'json: indexes',
    'image',
    documents.map(([name, change, , index, says]): Row => [name, () => asIndex(change), index, says]),
  ),
  ...cases('json: fields of configs', 'image', fields),
];
