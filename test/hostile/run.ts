import { mkdtempSync } from 'node:fs';
import test from 'node:test';
import { each, folder, peers } from '../peers/tools.ts';
import { missingReaders } from './alike.ts';
import type { Case } from './case.ts';
import { corpus } from './corpus.ts';
import { around, type Failure, judged } from './table.ts';

/* Tests of groups of cases. LAYERTOOL_CASES picks cases, and LAYERTOOL_COMMANDS commands, by regular expressions. */

const wanted = new RegExp(process.env.LAYERTOOL_CASES ?? '');
const command = process.env.LAYERTOOL_COMMANDS === undefined ? undefined : new RegExp(process.env.LAYERTOOL_COMMANDS);

/** A test for each group whose name begins so. */
export function groups(start: RegExp): void {
  const chosen = corpus.filter(({ group, name }) => start.test(group) && wanted.test(`${group}: ${name}`));
  for (const group of new Set(chosen.map(({ group }) => group))) {
    const list = chosen.filter((one) => one.group === group);
    test(`${group}: ${list.length} cases`, async (t) => {
      if (missingReaders.length > 0) t.diagnostic(`not compared: ${missingReaders.join(', ')} missing`);
      const place = await folder(t);
      const given = await around(mkdtempSync(`${place}/around-`));
      const failures: Failure[] = [];
      await each(list, async (one) => {
        if (one.needs && !(await possible(one)))
          t.diagnostic(`left out, for want of ${one.needs.join(', ')}: ${one.name}`);
        else failures.push(...(await judged(one, place, given, command)));
      });
      given.close();
      if (failures.length > 0) throw new Error(told(failures));
    });
  }
}

async function possible({ needs = [] }: Case): Promise<boolean> {
  let there = true;
  // What is missing skips a case here, and not the whole test.
  const stand = {
    skip: () => {
      there = false;
    },
  };
  peers(stand as unknown as Parameters<typeof peers>[0], ...needs);
  return there;
}

function told(failures: readonly Failure[]): string {
  const lines = failures.map(({ one, command: name, form, line, wrong }) => {
    return [
      `* ${one.group}: ${one.name}, by ${name} from ${form}`,
      `  ${line}`,
      ...wrong.map((text) => `  - ${text}`),
    ].join('\n');
  });
  // What went wrong may be that a control character came out, and it is not to come further.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const control = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/g;
  const text = lines.join('\n').replace(control, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `${failures.length} runs went wrong\n${text}`;
}
