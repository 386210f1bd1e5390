import { checkingPaths } from '../../transforms/check-paths.ts';
import { clampTimes } from '../../transforms/clamp-times.ts';
import type { Entry } from '../entries/entry.ts';
import { blame, InputError, UsageError } from '../errors.ts';
import { entriesOfInput } from '../image/layer-input.ts';
import { atEnd } from '../streams/at-end.ts';
import { pump } from '../streams/pump.ts';
import { source } from '../streams/source.ts';
import { pack } from '../tar/pack.ts';
import type { Command } from './command.ts';
import { sourceDateEpoch } from './epoch.ts';
import { readSteps, stepFlags } from './filter-steps.ts';
import { job } from './job.ts';
import { depfileFlag } from './shared-flags.ts';

const flags = {
  ...stepFlags,
  strict: { type: 'boolean', help: 'fail where a GLOB or REGEX matches nothing' },
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'filter',
  usage: '[edits] [LAYER]',
  about: `Edits a layer as it flows, by the flags in the order in which they are given. Globs are lines of a .gitignore at the
root of the layer; those of --delete, and of --keep, that follow one another belong together, and ! takes back. Hard links
stay sound: where the name that carries the content goes, the next one carries it. What is not changed keeps its bytes.
Without a LAYER, --whiteout and --opaque make one of whiteouts alone.`,
  flags,
  examples: [
    "layertool filter --delete '*.pyc' --delete '/usr/share/doc/*' --delete '!copyright' layer.tar > small.tar",
    "layertool filter --rename 's,^app-1\\.2/,opt/app/,' --chown 0 --chmod go-w --clamp 0 app.tar.gz -o app.tar",
    'layertool filter --whiteout /etc/motd --opaque /var/cache/apt > clean.tar',
  ],
  async run(values, args, { order }) {
    const [path, ...more] = args;
    if (more.length > 0) throw new UsageError(`it takes one layer, not also ${more.join(' ')}`);
    const epoch = sourceDateEpoch();
    const steps = readSteps(order, epoch ?? 0);
    if (path === undefined && values.whiteout.length + values.opaque.length === 0) {
      throw new UsageError('it needs a layer', 'without one, --whiteout and --opaque make one of whiteouts');
    }
    const unmatched = (): string[] => steps.flatMap((step) => step.unmatched());
    await job('filter', values, { paths: path === undefined ? [] : [path] }, async ({ inputs, output, say }) => {
      const [input] = inputs;
      const name = input?.name ?? 'the layer';
      const check = (): void => {
        const [first] = values.strict ? unmatched() : [];
        if (first !== undefined) throw new InputError(name, `has nothing that ${first} matches`);
      };
      try {
        await pump(
          source<Entry>(input ? entriesOfInput(input) : []),
          // What no step looks at must have a place in a layer too.
          checkingPaths(),
          steps.map(({ stage }) => stage),
          atEnd<Entry>(check),
          epoch === undefined ? undefined : clampTimes(epoch),
          pack(),
          output,
        );
      } catch (error) {
        throw blame(name, error);
      }
      for (const flag of unmatched()) say(`${flag} matches nothing`);
    });
  },
};
