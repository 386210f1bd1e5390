import { join } from 'node:path';
import { targets } from '../targets/index.ts';
import { auditor } from './audit.ts';
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
// The first runs load code and fill caches, which is nothing that they leave behind.
for (const sample of target.seeds()) await execute(-1, sample);
// What these reach is nothing new.
reach.look();
const explore = explorer(target, Number(seed), execute, reach, await auditor(execute), tell);

process.on('message', (order: Order) => {
  if (order.kind === 'explore') void explore(order);
  else
    void execute(0, order.sample).then((result) =>
      tell({ kind: 'tried', verdict: 'verdict' in result ? result.verdict : undefined }),
    );
});
process.on('disconnect', () => process.exit());
tell({ kind: 'ready' });
