import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { folder } from '../peers/tools.ts';
import { image, type Opened, opened, someLayer } from './archive.ts';

export const [one, two, three] = [someLayer('one'), someLayer('two'), someLayer('three')];

/** A folder with layers and what else a test wants in it; `make` runs `layertool image` with words that may name these. */
export async function given(t: TestContext, contents: Record<string, Buffer> = {}) {
  const place = await folder(t);
  const path = (name: string) => join(place, name);
  const all: Record<string, Buffer> = { 'one.tar': one, 'two.tar': two, ...contents };
  for (const [name, content] of Object.entries(all)) writeFileSync(path(name), content);
  const make = async (...words: string[]): Promise<Opened> => {
    return opened(await image(place, ...words.map((word) => (word in all ? path(word) : word))));
  };
  return { place, path, make };
}
