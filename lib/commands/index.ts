import type { CommandPage } from '../help/page.ts';
import type { Command, Flags } from './command.ts';

interface Listed {
  readonly summary: string;
  /** The exit status where the work failed. */
  readonly failed: number;
  /** Loads the command, which costs time, and runs it; resolves with the exit status. */
  run(argv: readonly string[]): Promise<number>;
  /** What help tells of it. */
  page(): Promise<CommandPage>;
}

interface Ways {
  /** The exit status where the work failed. */
  readonly failed?: number;
  /** What its arguments may be. */
  readonly words?: CommandPage['words'];
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
      return describe(command, summary, failed, words);
    },
  };
}

const SHELLS = ['bash', 'zsh', 'fish'];

export const commands: Readonly<Record<string, Listed>> = {
  image: lazy('stack layers on a base image', () => import('./image.ts')),
  index: lazy('make one image of several platforms', () => import('./image-index.ts')),
  rebase: lazy('put an image onto another base', () => import('./rebase.ts')),
  squash: lazy('make one layer of several', () => import('./squash.ts')),
  filter: lazy('edit a layer', () => import('./filter.ts')),
  wheel: lazy('install Python wheels into a layer', () => import('./wheel.ts')),
  python: lazy('find the Python in an image', () => import('./python.ts')),
  dir: lazy('make a layer of a directory', () => import('./dir.ts'), { words: 'directories' }),
  file: lazy('make a layer of files at places', () => import('./file.ts')),
  go: lazy('build Go programs into a layer', () => import('./go.ts'), { words: 'directories' }),
  export: lazy('make one layer of an image, or take one out', () => import('./export.ts')),
  // As diff(1): 1 is for what differs.
  diff: lazy('show what differs between images, layers or directories', () => import('./diff.ts'), {
    failed: 2,
    words: 'files',
  }),
  inspect: lazy('show what is inside an image or a layer', () => import('./inspect.ts')),
  pull: lazy('fetch an image from a registry', () => import('./pull.ts'), {}),
  push: lazy('put an image into a registry', () => import('./push.ts')),
  completion: lazy(
    'print completions for a shell',
    async () => ({ command: (await import('./completion.ts')).completion(pages) }),
    { words: SHELLS },
  ),
  man: lazy('print a manual page', async () => ({ command: (await import('./man.ts')).man(pages) }), {}),
};

/** What help tells of all commands. */
export function pages(): Promise<CommandPage[]> {
  return Promise.all(Object.values(commands).map(({ page }) => page()));
}
