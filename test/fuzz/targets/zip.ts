import { readMember, readZip } from '../../../lib/codecs/zip.ts';
import { wheel } from '../../python/wheels.ts';
import { zip as zipOf } from '../../python/zip.ts';
import { Broken, outcomeOf } from '../judges/broken.ts';
import { gathered } from '../judges/collected.ts';
import { readArchive } from '../judges/zip.ts';
import { mutateZip } from '../mutate/zip.ts';
import { placeOf } from '../scratch.ts';
import type { Target } from '../target.ts';

const NAME = 'demo.whl';

/** A zip that is taken has just the members that another reader finds, with the same content. */
export const zip: Target = {
  name: 'zip',
  quick: 300,
  limit: 2000,
  size: 64 * 1024,
  seeds: () => [
    [zipOf([])],
    [zipOf([{ name: 'a', content: 'x' }], 'a comment')],
    [
      zipOf([
        { name: 'a', content: 'stored', stored: true },
        { name: 'd/', content: '' },
        { name: 'd/b', content: 'y'.repeat(3000) },
      ]),
    ],
    [
      zipOf([
        { name: 'old', content: 'z', flags: 0 },
        { name: 'ü', content: '', mode: 0o100755 },
      ]),
    ],
    [zipOf([{ name: 'large', content: Buffer.alloc(100_000, 'ab') }])],
    [wheel()],
  ],
  mutate: mutateZip,
  async run([bytes = Buffer.alloc(0)]) {
    const ours = await outcomeOf(() => membersOf(bytes), [NAME]);
    if ('refusal' in ours) return ours.refusal;
    const judge = readArchive(bytes);
    if (judge === undefined) throw new Broken('a zip is taken that another reader refuses');
    if (judge.length !== ours.value.length) {
      throw new Broken(
        'another reader finds another number of members in a zip',
        `${judge.length} for ${ours.value.length}`,
      );
    }
    for (const [at, { name, content }] of ours.value.entries()) {
      const isAscii = /^[ -~]*$/.test(name);
      if (isAscii && name !== judge[at]!.name) throw new Broken('a member has another name for another reader');
      if (!content.equals(judge[at]!.content)) throw new Broken('a member has another content for another reader');
    }
    return 'taken';
  },
};

async function membersOf(bytes: Buffer): Promise<{ name: string; content: Buffer }[]> {
  const members: { name: string; content: Buffer }[] = [];
  const archive = placeOf(bytes, NAME);
  for (const member of await readZip(archive)) {
    members.push({ name: member.name, content: await gathered(readMember(archive, member)) });
  }
  return members;
}
