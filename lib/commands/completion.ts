import { UsageError } from '../errors.ts';
import { bashCompletion } from '../help/bash.ts';
import { fishCompletion } from '../help/fish.ts';
import type { ListedPage } from '../help/page.ts';
import { zshCompletion } from '../help/zsh.ts';
import { pump } from '../streams/pump.ts';
import { byteSource } from '../streams/source.ts';
import type { Command } from './command.ts';
import { job } from './job.ts';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** @param pages tells of all commands */
export function completion(pages: () => Promise<ListedPage[]>): Command<Record<never, never>> {
  return {
    name: 'completion',
    usage: 'bash|zsh|fish',
    about: `Prints what completes the commands, flags and values of layertool in a shell. It is made of the same definitions as the
help.`,
    flags: {},
    examples: [
      'source <(layertool completion bash)',
      'layertool completion zsh > ~/.zfunc/_layertool',
      'layertool completion fish > ~/.config/fish/completions/layertool.fish',
    ],
    async run(values, args) {
      const [shell = '', ...more] = args;
      if (more.length > 0 || !Object.hasOwn(shells, shell)) {
        throw new UsageError(`it needs one of ${Object.keys(shells).join(', ')}`);
      }
      const text = shells[shell as keyof typeof shells](await pages());
      await job('completion', values, { writes: 'text' }, async ({ output }) => {
        await pump(byteSource([Buffer.from(text)]), output);
      });
    },
  };
}
