import { parseReference } from '../../../lib/image/reference.ts';
import { openInputs, readableInput } from '../../../lib/inputs/input.ts';
import { push as pushing } from '../../../lib/push/push.ts';
import { openRepository } from '../../../lib/registry/repository.ts';
import { dockerArchive, someLayer } from '../../image/archive.ts';
import { outcomeOf } from '../judges/broken.ts';
import { type ByteServer, byteServer } from '../judges/server.ts';
import { mutateAnswer } from '../mutate/http.ts';
import { fileOf, piecesOf } from '../scratch.ts';
import { pushes } from '../seeds/answers.ts';
import type { Target } from '../target.ts';

let server: ByteServer | undefined;
const archive = dockerArchive({ layers: [someLayer('one'), someLayer('two')] });

/** A push to a registry that answers nonsense is refused, from a file as from a pipe; nothing waits for ever. */
export const push: Target = {
  name: 'push',
  quick: 30,
  limit: 4000,
  size: 64 * 1024,
  seeds: pushes,
  mutate: (part, dice, other) => mutateAnswer(part, dice, other),
  async run(answers) {
    server ??= await byteServer();
    server.answers = answers;
    const { host } = server;
    const path = fileOf(archive, 'image.tar');
    const isPipe = answers[0]!.length % 2 === 1;
    const named = [path, 'the pipe'];
    // An upload goes on at any host, which is the one to blame then.
    const inputs = (input: string): boolean =>
      named.some((name) => input.startsWith(name)) || /^[^\s/]+(\/a\/b(:1)?)?$/.test(input);
    const pushed = await outcomeOf(async () => {
      const repository = await openRepository(parseReference(`${host}/a/b:1`), { access: 'push', pauses: [1, 1] });
      const input = isPipe ? readableInput(piecesOf(archive), 'the pipe') : (await openInputs([{ image: path }]))[0]!;
      try {
        return await pushing(input, repository, { compression: 'gzip' });
      } finally {
        repository.close();
        await input.close();
      }
    }, inputs);
    return 'value' in pushed ? 'taken' : pushed.refusal.replaceAll(host, 'HOST').slice(0, 60);
  },
};
