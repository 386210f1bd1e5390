import { tally } from '../diff/cause.ts';
import type { Change, Choice } from '../diff/change.ts';
import { ignorable } from '../diff/change.ts';
import { compareEntries } from '../diff/entries.ts';
import { compareImages, treeOf } from '../diff/images.ts';
import { compareLayers, indexed } from '../diff/layers.ts';
import type { Ordered } from '../diff/merge.ts';
import { changeJson, changeText } from '../diff/report.ts';
import { openSides, type Side, type Sides } from '../diff/side.ts';
import { directoryEntries } from '../directory/entries.ts';
import { globs } from '../entries/globs.ts';
import { InputError, UsageError } from '../errors.ts';
import { pump } from '../streams/pump.ts';
import { source } from '../streams/source.ts';
import { entriesAt } from '../tar/unpack.ts';
import type { Command } from './command.ts';
import { job } from './job.ts';
import { lines } from './lines.ts';
import { nearest } from './nearest.ts';
import { depfileFlag, platformFlag, readPlatform } from './shared-flags.ts';

const flags = {
  json: { type: 'boolean', help: 'for programs: an object a line' },
  ignore: { type: 'string', value: 'WHAT,…', many: true, help: `leave out what differs in ${ignorable.join(', ')}` },
  only: { type: 'string', value: 'GLOB', many: true, help: 'look only at what a line of a .gitignore chooses' },
  patch: { type: 'boolean', help: 'show which lines of texts differ' },
  flat: { type: 'boolean', help: 'compare the trees of images, whatever their layers are' },
  platform: platformFlag,
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'diff',
  usage: '[flags] A B',
  about: `Shows what differs between two images, two layers or two directories, a line a path: + what only B has, - what only
A has, ~ what differs and how. Of images also platform, config, history, annotations, and the layers one by one. The last
line names a likely cause, where one explains everything. Exit status: 0 nothing differs, 1 something does, 2 it failed.`,
  flags,
  examples: [
    'layertool diff old.tar new.tar',
    'layertool diff --flat --ignore mtime,pyc <(docker save app:1) <(docker save app:2)',
    "layertool diff --patch --only '/etc/*.conf' a.tar b.tar",
  ],
  async run(values, args, { end }) {
    const [before, after, ...more] = args;
    if (before === undefined || after === undefined || more.length > 0) {
      throw new UsageError('it needs two images, two layers or two directories');
    }
    const { json, flat } = values;
    const platform = readPlatform(values.platform);
    const { choose } = globs(values.only);
    const choice: Choice = {
      ignored: readIgnored(values.ignore),
      isWanted: (path) => values.only.length === 0 || choose(path),
      patch: values.patch,
    };
    const paths = [{ image: before }, { image: after }];
    await job('diff', values, { paths, writes: 'text' }, async ({ inputs, output, say }) => {
      const sides = await openSides(inputs, platform);
      const { see, count, cause } = tally();
      async function* told(): AsyncGenerator<string> {
        for await (const change of changes(sides, choice, flat, say)) {
          see(change);
          yield json ? changeJson(change) : changeText(change);
        }
        const reason = cause();
        if (json) yield `${JSON.stringify({ differences: count(), cause: reason ?? null })}\n`;
        else if (reason !== undefined) yield `${reason}\n`;
      }
      try {
        await pump(source(told()), lines(String), output);
      } finally {
        await sides.close();
      }
      if (count() > 0) end(1);
    });
  },
};

async function* changes(
  { sides, store }: Sides,
  choice: Choice,
  flat: boolean,
  say: (text: string) => void,
): AsyncGenerator<Change> {
  const [one, two] = sides as [Side, Side];
  if (!flat && one.kind !== two.kind) {
    throw new InputError(
      two.name,
      `is ${article(two)}, not ${article(one)} as ${one.name} is`,
      '--flat compares their trees',
    );
  }
  if (!flat && one.kind === 'layer' && two.kind === 'layer') return yield* compareLayers(one.layer, two.layer, choice);
  if (!flat && one.kind === 'image' && two.kind === 'image') {
    return yield* compareImages(one.opened, two.opened, choice, store);
  }
  for await (const { change } of compareEntries(await tree(one, say), await tree(two, say), choice)) {
    if (change) yield change;
  }
}

/** What a side comes to when it is applied, in the order of paths. */
async function tree(side: Side, say: (text: string) => void): Promise<Ordered> {
  if (side.kind === 'image') return treeOf(side.opened);
  if (side.kind === 'directory') return directoryEntries(side.name, { warn: say });
  const { plain } = side.layer;
  return indexed([{ name: plain.name, entries: entriesAt(plain) }]);
}

function article({ kind }: Side): string {
  return kind === 'image' ? 'an image' : `a ${kind}`;
}

function readIgnored(words: readonly string[]): Set<string> {
  const list = words.flatMap((word) => word.split(','));
  for (const word of list) {
    if (ignorable.includes(word)) continue;
    const near = nearest(word, ignorable);
    throw new UsageError(
      `--ignore takes ${ignorable.join(', ')}, not ${JSON.stringify(word)}`,
      near && `did you mean ${near}?`,
    );
  }
  return new Set(list);
}
