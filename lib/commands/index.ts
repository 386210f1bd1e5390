import type { ListedPage } from '../help/page.ts';
import type { Purpose } from '../help/text.ts';
import type { Command } from './command.ts';
import type { Flags } from './flag.ts';

interface Listed {
  readonly summary: string;
  /** The exit status where the work failed. */
  readonly failed: number;
  /** Loads the command, which costs time, and runs it; resolves with the exit status. */
  run(argv: readonly string[]): Promise<number>;
  /** What help tells of it. */
  page(): Promise<ListedPage>;
}

interface Ways {
  /** The exit status where the work failed. */
  readonly failed?: number;
  /** What its arguments may be. */
  readonly words?: ListedPage['words'];
}

function lazy<F extends Flags>(
  summary: string,
  load: () => Promise<{ command: Command<F> }>,
  { failed = 1, words }: Ways = { words: 'files' },
): Listed {
  return {
    summary,
    failed,
    async run(argv) {
      const [{ run }, { command }] = await Promise.all([import('./command.ts'), load()]);
      return run(command, argv);
    },
    async page() {
      const [{ describe }, { command }] = await Promise.all([import('./describe.ts'), load()]);
      return { ...describe(command), summary, failed, words };
    },
  };
}

const SHELLS = ['bash', 'zsh', 'fish'];

/** What layertool is for, in the order of the help. */
const groups = {
  'Make layers': {
    wheel: lazy('install Python wheels, or what a lock says', () => import('./wheel.ts')),
    go: lazy('build Go programs', () => import('./go.ts'), { words: 'directories' }),
    dir: lazy('take a directory', () => import('./dir.ts'), { words: 'directories' }),
    file: lazy('put files at places', () => import('./file.ts')),
    export: lazy('take the tree of an image, or one of its layers', () => import('./export.ts')),
  },
  'Change layers': {
    squash: lazy('make one layer of several', () => import('./squash.ts')),
    filter: lazy('edit a layer: delete, rename, chown, chmod, hide', () => import('./filter.ts')),
  },
  'Make images': {
    image: lazy('stack layers on a base image', () => import('./image.ts')),
    rebase: lazy('put an image onto another base', () => import('./rebase.ts')),
    index: lazy('make one image of several platforms', () => import('./image-index.ts')),
  },
  'Look inside': {
    inspect: lazy('show what is inside an image or a layer', () => import('./inspect.ts')),
    // As diff(1): 1 is for what differs.
    diff: lazy('show what differs between images, layers or directories', () => import('./diff.ts'), {
      failed: 2,
      words: 'files',
    }),
    python: lazy('find the Python in an image', () => import('./python.ts')),
  },
  Registries: {
    pull: lazy('fetch an image', () => import('./pull.ts'), {}),
    push: lazy('put an image there', () => import('./push.ts')),
  },
  Shells: {
    completion: lazy(
      'print completions for bash, zsh or fish',
      async () => ({ command: (await import('./completion.ts')).completion(pages) }),
      { words: SHELLS },
    ),
    man: lazy('print a manual page', async () => ({ command: (await import('./man.ts')).man(pages) }), {}),
  },
} as const satisfies Record<string, Record<string, Listed>>;

export const commands: Readonly<Record<string, Listed>> = Object.assign({}, ...Object.values(groups));

/** For the help. */
export const purposes: readonly Purpose[] = Object.entries(groups).map(([title, members]) => ({
  title,
  commands: Object.entries<Listed>(members).map(([name, { summary }]) => ({ name, summary })),
}));

/** What help tells of all commands. */
export function pages(): Promise<ListedPage[]> {
  return Promise.all(Object.values(commands).map(({ page }) => page()));
}
