import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './base.ts';
import { run } from './tools.ts';

/** The library that the specifications of Python's packages are held against. */
const PINNED = 'packaging==26.3';

/** A folder for PYTHONPATH with that library, which pip downloads once. */
export async function packaging(): Promise<string> {
  const place = join(cache, PINNED);
  if (!existsSync(place)) {
    const unfinished = `${place}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    await run('pip', ['download', '-q', '--no-deps', '--only-binary', ':all:', '--dest', unfinished, PINNED]);
    renameSync(unfinished, place);
  }
  const wheel = readdirSync(place).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`${PINNED} is not in ${place}`);
  return join(place, wheel);
}

/** What a program of Python says, in JSON, of what it is given in JSON. */
export async function askPython(code: string, given: unknown): Promise<unknown> {
  const env = { PYTHONPATH: await packaging() };
  const { stdout } = await run('python3', ['-c', code, JSON.stringify(given)], { env });
  const answer: unknown = JSON.parse(stdout.toString());
  return answer;
}
