import { existsSync, mkdirSync } from 'node:fs';
import { corpus } from './corpus.ts';
import { write } from './table.ts';

/*
 * Writes a case's input to look at: `node build/test/hostile/write.js NAME FILE`, NAME as `group: name`, or a part of
 * it that no other has. Without arguments it lists the cases.
 */

const [name, path] = process.argv.slice(2);
if (name === undefined || path === undefined) {
  for (const one of corpus) console.log(`${one.group}: ${one.name} (${one.kind}, ${one.must.kind}; ${one.says})`);
} else {
  const titles = corpus.map((one) => `${one.group}: ${one.name}`);
  const exact = corpus.filter((_, at) => titles[at] === name);
  const found = exact.length > 0 ? exact : corpus.filter((_, at) => titles[at]?.includes(name));
  const [one] = found;
  if (one === undefined || found.length > 1) {
    console.error(one === undefined ? 'there is no such case' : `there are ${found.length} such cases`);
    process.exitCode = 1;
  } else if (existsSync(path)) {
    console.error(`${path} is there already`);
    process.exitCode = 1;
  } else if (one.file) write(path, one.file());
  else if (one.folder) {
    mkdirSync(path);
    one.folder(path);
  } else {
    console.error('this case is a server');
    process.exitCode = 1;
  }
}
