import { clampTimes } from '../../transforms/clamp-times.ts';
import { dropWhiteouts } from '../../transforms/drop-whiteouts.ts';
import { squash } from '../../transforms/squash.ts';
import { UsageError } from '../errors.ts';
import { layerEntries } from '../image/recognition.ts';
import { seekable } from '../inputs/seekable.ts';
import { pump } from '../streams/pump.ts';
import { source } from '../streams/source.ts';
import { pack } from '../tar/pack.ts';
import type { Command } from './command.ts';
import { sourceDateEpoch } from './epoch.ts';
import { job } from './job.ts';
import { depfileFlag } from './shared-flags.ts';

const flags = {
  dropWhiteouts: { type: 'boolean', help: 'leave whiteouts out: the result is to be a lowest layer' },
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'squash',
  usage: '[flags] LAYER…',
  about: `Makes one layer with the effect of the given ones, applied in order, lowest first. Whiteouts stay, since they
may hide files of a layer below. The output is canonical: sorted, each path once, the same bytes for the same tree.`,
  flags,
  examples: [
    'layertool squash lower.tar upper.tar.gz > layer.tar',
    'layertool squash <(layertool wheel a.whl) <(layertool wheel b.whl) -o layer.tar',
  ],
  async run(values, args) {
    if (args.length === 0) throw new UsageError('it needs at least one layer');
    const epoch = sourceDateEpoch();
    await job('squash', values, { paths: args }, async ({ inputs, output }) => {
      const { places, close } = await seekable(inputs);
      try {
        await pump(
          source(places.map((place) => ({ name: place.name, entries: layerEntries(place) }))),
          squash(epoch),
          values.dropWhiteouts ? dropWhiteouts() : undefined,
          epoch === undefined ? undefined : clampTimes(epoch),
          pack(),
          output,
        );
      } finally {
        await close();
      }
    });
  },
};
