import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { sha256 } from '../entries.ts';
import { folder } from '../peers/tools.ts';
import { archive, file } from '../tar/blocks.ts';
import { layerOf, squashBytes } from '../transforms/stacking.ts';

const small = layerOf('a=1 d/ d/b=2');
/** More than pipes and sockets hold. */
export const large = archive(file('x'.repeat(8_000_000), { name: 'large' }));

/** A folder with a small layer and a large one; `wanted` is what squash makes of the small one. */
export async function given(t: TestContext) {
  const cwd = await folder(t);
  writeFileSync(join(cwd, 'l.tar'), small);
  writeFileSync(join(cwd, 'large.tar'), large);
  return { cwd, wanted: sha256(await squashBytes([small])), path: (name: string) => join(cwd, name) };
}

export const known = ['l.tar', 'large.tar'];
