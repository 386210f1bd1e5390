import manifest from '../../package.json' with { type: 'json' };
import { UsageError } from '../errors.ts';
import { manOfCommand, manOfProgram } from '../help/man.ts';
import type { ListedPage } from '../help/page.ts';
import { pump } from '../streams/pump.ts';
import { byteSource } from '../streams/source.ts';
import type { Command } from './command.ts';
import { job } from './job.ts';
import { nearest } from './nearest.ts';

/** @param pages tells of all commands */
export function man(pages: () => Promise<ListedPage[]>): Command<Record<never, never>> {
  return {
    name: 'man',
    usage: '[COMMAND]',
    about: `Prints the manual page of layertool, or of one of its commands, for man(1). It is made of the same definitions as the
help.`,
    flags: {},
    examples: ['layertool man squash | man -l -', 'layertool man > /usr/local/share/man/man1/layertool.1'],
    async run(values, args) {
      const [name, ...more] = args;
      if (more.length > 0) throw new UsageError('it takes one command');
      const all = await pages();
      const page = all.find((one) => one.name === name);
      if (name !== undefined && page === undefined) {
        const near = nearest(
          name,
          all.map((one) => one.name),
        );
        throw new UsageError(`there is no command ${JSON.stringify(name)}`, near && `did you mean ${near}?`);
      }
      const { version, description } = manifest;
      const text = page ? manOfCommand(page, version) : manOfProgram(all, description, version);
      await job('man', values, { writes: 'text' }, async ({ output }) => {
        await pump(byteSource([Buffer.from(text)]), output);
      });
    },
  };
}
