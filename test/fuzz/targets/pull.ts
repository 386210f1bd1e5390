import { createHash } from 'node:crypto';
import { contentOf } from '../../../lib/entries/body.ts';
import { parseReference } from '../../../lib/image/reference.ts';
import { pullImage } from '../../../lib/registry/pull.ts';
import { openRepository } from '../../../lib/registry/repository.ts';
import { Broken, outcomeOf } from '../judges/broken.ts';
import { gathered } from '../judges/collected.ts';
import { type ByteServer, byteServer } from '../judges/server.ts';
import { mutateAnswer } from '../mutate/http.ts';
import { pulls } from '../seeds/answers.ts';
import type { Target } from '../target.ts';

let server: ByteServer | undefined;

/** A pull from a registry that answers nonsense is refused, or what it gives has the digests that it tells. */
export const pull: Target = {
  name: 'pull',
  quick: 40,
  limit: 4000,
  size: 64 * 1024,
  seeds: pulls,
  mutate: (part, dice, other) => mutateAnswer(part, dice, other),
  async run(answers) {
    server ??= await byteServer();
    server.answers = answers;
    const reference = parseReference(`${server.host}/a/b:1`);
    // A redirect leads to any host, which is the one to blame then.
    const inputs = (input: string): boolean => /^[^\s/]+(\/a\/b(:1)?)?$/.test(input);
    const pulled = await outcomeOf(async () => {
      const repository = await openRepository(reference, { access: 'pull', pauses: [1, 1] });
      try {
        const image = await pullImage(repository, undefined);
        for (const { digest, size, content } of image.layers) {
          const bytes = await gathered(contentOf(content()));
          const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
          if (actual !== digest || bytes.length !== size)
            throw new Broken('a layer is pulled that is not what it should be');
        }
      } finally {
        repository.close();
      }
    }, inputs);
    return 'value' in pulled ? 'taken' : pulled.refusal.replaceAll(server.host, 'HOST').slice(0, 60);
  },
};
