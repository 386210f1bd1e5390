import { join } from 'node:path';
import { targets } from '../targets/index.ts';
import { auditor, leavings } from './audit.ts';
import { coverage } from './coverage.ts';
import { executor } from './execute.ts';
import { explorer } from './explore.ts';
import type { News, Order } from './messages.ts';
import { recorder } from './recorder.ts';
import { watchStack } from './stack.ts';

/*
 * The process that runs samples: it is ended, and started anew, when one of them takes it down. Its arguments are the
 * target's name, the seed, and the folder for what it writes.
 */

const [name = '', seed = '', folder = ''] = process.argv.slice(2);
const target = targets.find((one) => one.name === name);
if (!target) throw new Error(`there is no target ${name}`);

const tell = (news: News): void => {
  process.send?.(news);
};
const reach = coverage((path) => /\/build\/(lib|transforms)\//.test(path));
const execute = executor(target, recorder(join(folder, 'run')));
await watchStack(join(folder, 'run'), join(folder, 'stack'), target.limit);
let explore: ReturnType<typeof explorer> | undefined;

/** @param known keys of finds: a process that takes the place of one which was taken down makes no first runs */
async function prepared(known: readonly string[]): Promise<ReturnType<typeof explorer>> {
  // The first runs load code and fill caches, which is nothing that they leave behind, and what they reach is nothing new.
  const isWarm = !known.some((key) => /^(does not end|takes the process down|takes memory)/.test(key));
  for (const sample of isWarm ? target!.seeds() : []) await execute(-1, sample);
  reach.look();
  return explorer(target!, Number(seed), execute, reach, await auditor(execute, isWarm), tell);
}

async function obey(order: Order): Promise<void> {
  if (order.kind === 'explore') {
    explore ??= await prepared(order.known);
    return explore(order);
  }
  const result = await execute(0, order.sample);
  const left = order.thorough ? await leavings(execute, order.sample) : undefined;
  const verdict = 'verdict' in result ? result.verdict : left;
  tell({ kind: 'tried', verdict });
}

process.on('message', (order: Order) => {
  void obey(order);
});
process.on('disconnect', () => process.exit());
tell({ kind: 'ready' });
