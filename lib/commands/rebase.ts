import { archiveImage } from '../../transforms/archive-image.ts';
import { rebase } from '../../transforms/rebase.ts';
import { storeLayers } from '../../transforms/store-layers.ts';
import { UsageError } from '../errors.ts';
import { withImages } from '../image/open.ts';
import { packArchive } from '../image/pack-archive.ts';
import { parseTag } from '../image/reference.ts';
import { type Named, oldBaseLayers } from '../rebase/old-base.ts';
import { checkPythons } from '../rebase/pythons.ts';
import { pump } from '../streams/pump.ts';
import { source } from '../streams/source.ts';
import type { Command } from './command.ts';
import { sourceDateEpoch } from './epoch.ts';
import { job } from './job.ts';
import { depfileFlag, formatFlag, platformFlag, readPlatform } from './shared-flags.ts';
import { zstdWarning } from './zstd-warning.ts';

const flags = {
  onto: { type: 'string', value: 'NEWBASE', help: 'the image that it is to be based on' },
  from: {
    type: 'string',
    value: 'OLDBASE',
    help: 'the image that it was built on; else the layers it shares with NEWBASE',
  },
  force: { type: 'boolean', help: 'also where the Python below installed wheels becomes another' },
  tag: { type: 'string', short: 't', value: 'REF', many: true, help: 'name the image NAME[:TAG]' },
  format: formatFlag,
  platform: platformFlag,
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'rebase',
  usage: '--onto NEWBASE [--from OLDBASE] [flags] IMAGE',
  about: `Puts an image onto another base: its own layers as they are, on those of the new base instead of the old one, with
nothing built. What its config has as the old base had it becomes what the new base has, and what it changed stays; each
choice that was not plain is told.`,
  flags,
  examples: [
    'layertool rebase app.tar --from debian-12.1.tar --onto debian-12.2.tar -t app -o rebased.tar',
    'layertool rebase <(layertool pull team/app:1) --onto <(layertool pull debian:12) | docker load',
  ],
  async run(values, args) {
    const [path, ...more] = args;
    const { onto, from, force, format = 'docker' } = values;
    if (path === undefined) throw new UsageError('it needs an image');
    if (more.length > 0) throw new UsageError(`it takes one image, not also ${more.join(' ')}`);
    if (onto === undefined) throw new UsageError('it needs a new base', '--onto NEWBASE names it');
    const tags = values.tag.map(parseTag);
    const platform = readPlatform(values.platform);
    const time = sourceDateEpoch() ?? 0;
    const paths = [path, onto, ...(from === undefined ? [] : [from])].map((image) => ({ image }));
    await job('rebase', values, { paths }, async ({ inputs, output, say }) => {
      await withImages(inputs, platform, async (opened, store) => {
        const [own, base, old] = opened.map(({ image }, at): Named => ({ name: inputs[at]!.name, image }));
        const count = oldBaseLayers(own!, base!, old);
        if (!force) await checkPythons(own!, base!, count);
        const { layers } = base!.image;
        const compression = layers[0]?.compression ?? own!.image.layers[0]?.compression ?? 'none';
        if (compression === 'zstd') zstdWarning(format, say);
        await pump(
          source([own!.image]),
          rebase({ onto: opened[1]!, from: old?.image, count, tell: say }),
          storeLayers(compression, store),
          archiveImage({ format, tags, time }),
          packArchive(),
          output,
        );
      });
    });
  },
};
