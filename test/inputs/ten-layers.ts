import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { sha256 } from '../entries.ts';
import { folder } from '../peers/tools.ts';
import { archive, file } from '../tar/blocks.ts';
import { squashBytes } from '../transforms/stacking.ts';

const content = (name: string) => name.repeat(90_000).slice(0, 90_000);
export const layers = Array.from({ length: 10 }, (_, at) => archive(file(content(`${at} `), { name: `${at}` })));

/** A folder with the layers in it, and what squash must make of them. */
export async function given(t: TestContext) {
  const cwd = await folder(t);
  for (const [at, bytes] of layers.entries()) writeFileSync(join(cwd, `${at}.tar`), bytes);
  return { cwd, wanted: sha256(await squashBytes(layers)) };
}
