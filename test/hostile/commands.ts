import { join } from 'node:path';
import { either, type Kind, type Must } from './case.ts';

/*
 * Which commands there are, and how each is given an input of a kind. A new command is one more line here, and meets
 * every case of its kinds.
 */

/** How an input comes: by its path, through a pipe, or by the path of what is the same input compressed. */
export type Form = 'file' | 'pipe' | 'gzip' | 'zstd';

/** What is there besides the input. */
export interface Around {
  /** A folder with `good.whl` and `good.tar`. */
  readonly props: string;
  /** A registry that takes everything, HOST:PORT. */
  readonly registry: string;
}

export interface Command {
  readonly name: string;
  readonly kinds: readonly Kind[];
  /** The words for an input, which is a path, `-` or a reference. */
  words(input: string, around: Around): string[];
  readonly makes: 'layer' | 'image' | 'text';
  readonly forms: readonly Form[];
  /** It takes every second case only, where another command that reads alike has the others. */
  readonly half?: 0 | 1;
  /** As diff(1) it ends with 1 where something differs, and with 2 where it fails. */
  readonly compares?: true;
  /** What must happen with every input: it looks into none. */
  readonly must?: Must;
  readonly env?: Readonly<Record<string, string>>;
  /** It must do what another must, where nothing is said of itself. */
  readonly like?: string;
  /** With these words it may refuse an input that is right in itself. */
  readonly unless?: RegExp;
}

const named = (props: string) => join(props, 'demo-1.0-py3-none-any.whl');
const images: Kind[] = ['image', 'layout'];
const both: Form[] = ['file', 'pipe'];
const all: Form[] = ['file', 'pipe', 'gzip', 'zstd'];

export const commands: readonly Command[] = [
  { name: 'squash', kinds: ['layer'], words: (input) => ['squash', input], makes: 'layer', forms: all },
  { name: 'image', kinds: ['layer'], words: (input) => ['image', input], makes: 'image', forms: both },
  {
    name: 'filter',
    half: 0,
    kinds: ['layer'],
    words: (input) => ['filter', '-q', '--delete', '*.none', '--rename', 's,^none/,x/,', '--chmod', 'go-w', input],
    makes: 'layer',
    forms: all,
  },
  {
    name: 'inspect',
    half: 0,
    kinds: ['layer', ...images],
    words: (input) => ['inspect', input],
    makes: 'text',
    forms: both,
  },
  {
    name: 'inspect --list',
    half: 1,
    kinds: ['layer'],
    words: (input) => ['inspect', '--list', input],
    makes: 'text',
    forms: both,
  },
  {
    name: 'inspect --sbom',
    half: 0,
    kinds: ['layer'],
    words: (input) => ['inspect', '--sbom', 'spdx', input],
    makes: 'text',
    forms: all,
  },
  {
    name: 'inspect --sbom of an image',
    half: 1,
    like: 'inspect',
    kinds: images,
    words: (input) => ['inspect', '--sbom', 'cyclonedx', input],
    makes: 'text',
    forms: both,
  },
  {
    name: 'inspect --html',
    half: 0,
    like: 'inspect',
    kinds: images,
    words: (input) => ['inspect', '--html', input],
    makes: 'text',
    forms: both,
    unless: /is a layer, and --html shows images/,
  },
  { name: 'image --base', kinds: images, words: (input) => ['image', '--base', input], makes: 'image', forms: both },
  {
    name: 'export',
    half: 1,
    kinds: images,
    words: (input) => ['export', input],
    makes: 'layer',
    forms: both,
  },
  {
    name: 'export --layer',
    half: 0,
    kinds: images,
    words: (input) => ['export', '--layer', '1', input],
    makes: 'layer',
    forms: both,
    unless: /has no layer 1/,
  },
  {
    name: 'diff layers',
    half: 1,
    kinds: ['layer'],
    words: (input, { props }) => ['diff', '--patch', join(props, 'layer.tar'), input],
    makes: 'text',
    forms: both,
    compares: true,
  },
  {
    name: 'diff images',
    half: 1,
    kinds: images,
    words: (input, { props }) => ['diff', join(props, 'good.tar'), input],
    makes: 'text',
    forms: both,
    compares: true,
  },
  {
    name: 'rebase',
    half: 1,
    kinds: images,
    words: (input, { props }) => [
      'rebase',
      '-q',
      input,
      '--from',
      join(props, 'good.tar'),
      '--onto',
      join(props, 'good.tar'),
    ],
    makes: 'image',
    forms: both,
    unless: /is not built on|is for /,
  },
  {
    name: 'index',
    half: 0,
    kinds: images,
    words: (input) => ['index', input],
    makes: 'image',
    forms: both,
    unless: /does not say what platform/,
  },
  {
    name: 'python',
    half: 0,
    kinds: images,
    words: (input) => ['python', input],
    makes: 'text',
    forms: both,
    unless: /has no Python/,
  },
  {
    name: 'wheel --target',
    half: 1,
    kinds: images,
    words: (input, { props }) => ['wheel', '--target', input, named(props)],
    makes: 'layer',
    forms: ['file'],
    unless: /has no Python/,
  },
  {
    name: 'push',
    kinds: images,
    words: (input, { registry }) => ['push', input, `${registry}/demo:1`],
    makes: 'text',
    forms: both,
  },
  {
    name: 'wheel',
    kinds: ['wheel'],
    words: (input) => ['wheel', '--python', '3.12', input],
    makes: 'layer',
    forms: both,
  },
  {
    name: 'wheel --platform-file',
    kinds: ['platform-file'],
    words: (input, { props }) => ['wheel', '--platform-file', input, named(props)],
    makes: 'layer',
    forms: ['file'],
  },
  {
    name: 'wheel --lock',
    kinds: ['lock'],
    words: (input) => ['wheel', '--python', '3.12', '--no-cache', '--lock', input],
    makes: 'layer',
    forms: both,
  },
  {
    name: 'file',
    kinds: ['platform-file'],
    words: (input) => ['file', `${input}:/etc/x`],
    makes: 'layer',
    forms: both,
    must: either(/is empty/),
    // A file has a time of its own, and a pipe has none.
    env: { SOURCE_DATE_EPOCH: '0' },
  },
  { name: 'dir', kinds: ['directory'], words: (input) => ['dir', input], makes: 'layer', forms: ['file'] },
  { name: 'pull', kinds: ['registry'], words: (input) => ['pull', `${input}/demo:1`], makes: 'image', forms: ['file'] },
  {
    name: 'push to',
    kinds: ['upload'],
    words: (input, { props }) => ['push', join(props, 'good.tar'), `${input}/demo:1`],
    makes: 'text',
    forms: ['file'],
  },
  {
    name: 'push --attach to',
    half: 0,
    like: 'push to',
    kinds: ['upload'],
    words: (input, { props }) => {
      return [
        'push',
        join(props, 'good.tar'),
        `${input}/demo:1`,
        '--attach',
        `application/x=${join(props, 'layer.tar')}`,
      ];
    },
    makes: 'text',
    forms: ['file'],
  },
];
