import { InputError, UsageError } from '../errors.ts';
import { parseReference, repositoryName } from '../image/reference.ts';
import type { Input } from '../inputs/input.ts';
import { attach } from '../push/attachment.ts';
import { readAttachments } from '../push/attachment-files.ts';
import { push } from '../push/push.ts';
import { openRepository } from '../registry/repository.ts';
import { pump } from '../streams/pump.ts';
import { byteSource } from '../streams/source.ts';
import { readAttach } from './attach-flag.ts';
import { blobBars } from './blob-bars.ts';
import type { Command } from './command.ts';
import { job } from './job.ts';
import { depfileFlag, formatFlag, insecureFlag, platformFlag, readPlatform } from './shared-flags.ts';

const flags = {
  compress: {
    type: 'string',
    value: 'HOW',
    choices: ['gzip', 'zstd', 'none'],
    default: 'gzip',
    help: 'what plain layers become on the way',
  },
  format: { ...formatFlag, help: 'whose manifest a docker archive gets' },
  attach: {
    type: 'string',
    many: true,
    value: 'FILE',
    help: 'put FILE beside the image: a bill of materials, or with TYPE=FILE anything',
  },
  platform: { ...platformFlag, default: 'all', help: 'push one image of an index' },
  insecure: insecureFlag,
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'push',
  usage: '[flags] IMAGE REF',
  about: `Puts an image into a registry: a docker archive, an OCI archive or a layout directory, from a file or a pipe. From
a pipe each layer goes up as it arrives, with nothing kept on disk. What the registry has is not sent again. The manifest
goes last, when every digest and diff_id has been verified. Prints REPOSITORY@DIGEST,
and on a line of its own that of each file which --attach puts beside it.

Credentials are those that docker login or podman login has stored.`,
  flags,
  examples: [
    'layertool push app.tar registry.example/team/app:1',
    'layertool push <(layertool image --base base.tar app.tar) localhost:5000/app',
    'layertool pull debian:12 | layertool push - localhost:5000/debian:12',
    'layertool push app.tar localhost:5000/app --attach <(layertool inspect --sbom spdx app.tar)',
  ],
  async run(values, args) {
    const [image, name, ...more] = args;
    if (image === undefined || name === undefined || more.length > 0) {
      throw new UsageError('it needs an image and a reference', 'layertool push app.tar registry.example/team/app:1');
    }
    const reference = parseReference(name);
    const platform = readPlatform(values.platform);
    const { compress: compression, format: dialect, insecure } = values;
    const attached = values.attach.map(readAttach);
    const watch = blobBars('push', values, name);
    // The bars say it all.
    const quietly = { ...values, progress: 'none' };
    const paths = [{ image }, ...attached.map(({ path }) => path)];
    await job('push', quietly, { paths, writes: 'text' }, async ({ inputs, output }) => {
      const [input, ...files] = inputs as [Input, ...Input[]];
      const reading = readAttachments(files.map((file, at) => ({ file, type: attached[at]!.type })));
      try {
        // What is wrong with a file is known before anything is sent.
        await reading.files;
        const repository = await openRepository(reference, { access: 'push', insecure, watch });
        try {
          const root = await push(input, repository, { compression, platform, dialect });
          const where = `${repositoryName(reference)}@${root.digest}`;
          const attaching = reading.all.then((all) => attach(repository, root, all));
          const digests = await attaching.catch((error: unknown) => {
            throw withImage(error, where);
          });
          watch.stop();
          const lines = [where, ...digests.map((digest) => `${repositoryName(reference)}@${digest}`)];
          await pump(byteSource([Buffer.from(`${lines.join('\n')}\n`)]), output);
        } finally {
          repository.close();
        }
      } finally {
        await reading.close();
      }
    }).finally(watch.stop);
  },
};

/** What went wrong when the image was there: whoever reads it need not push that again. */
function withImage(error: unknown, where: string): unknown {
  if (!(error instanceof InputError)) return error;
  const { input, problem, hint } = error;
  return new InputError(input, `${problem}; the image itself is there: ${where}`, hint, { cause: error });
}
