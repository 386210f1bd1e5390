import { Readable } from 'node:stream';
import { clampTimes } from '../../transforms/clamp-times.ts';
import { dropWhiteouts } from '../../transforms/drop-whiteouts.ts';
import { squash } from '../../transforms/squash.ts';
import { sourceDateEpoch } from './epoch.ts';
import { UsageError } from '../errors.ts';
import { entriesOf } from '../image/recognition.ts';
import { placed } from '../inputs/seekable.ts';
import { pump } from '../streams/pump.ts';
import { pack } from '../tar/pack.ts';
import type { Command } from './command.ts';
import { job } from './job.ts';

const flags = {
  dropWhiteouts: { type: 'boolean', help: 'leave whiteouts out: the result is to be a lowest layer' },
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
    await job('squash', args, values, async (inputs, output) => {
      const { places, close } = await placed(inputs);
      try {
        await pump(
          Readable.from(places.map((place) => ({ name: place.name, entries: entriesOf(place) }))),
          squash(epoch),
          ...(values.dropWhiteouts ? [dropWhiteouts()] : []),
          ...(epoch === undefined ? [] : [clampTimes(epoch)]),
          pack(),
          output,
        );
      } finally {
        await close();
      }
    });
  },
};
