import type { Stack } from './edits.ts';
import { listing } from './layer.ts';

/** The stacks that lack one layer or one entry, larger pieces first. */
function* smaller(stack: Stack): Generator<Stack> {
  const { layers, from, to } = stack;
  for (const index of layers.keys()) {
    const below = index < from ? 1 : 0;
    const counted = index < to ? 1 : 0;
    if (to - from > 1 || index < from || index >= to)
      yield { ...stack, layers: layers.toSpliced(index, 1), from: from - below, to: to - counted };
  }
  for (const [index, layer] of layers.entries())
    for (const place of layer.items.keys())
      yield { ...stack, layers: layers.with(index, { ...layer, items: layer.items.toSpliced(place, 1) }) };
}

/**
 * Drops what can be dropped while the same complaint stays. A stack that is smaller may also be wrong in another way
 * (a part that now depends on what is below it), so at least one line of the complaint has to be an old one.
 */
export async function shrink(
  stack: Stack,
  complain: (stack: Stack) => Promise<string[]>,
): Promise<{ stack: Stack; lines: string[] }> {
  let best = { stack, lines: await complain(stack) };
  const wanted = new Set(best.lines);
  for (let tries = 0, better = true; better && tries < 500; ) {
    better = false;
    for (const candidate of smaller(best.stack)) {
      if (tries++ > 500) break;
      const lines = await complain(candidate);
      if (!lines.some((line) => wanted.has(line))) continue;
      best = { stack: candidate, lines };
      better = true;
      break;
    }
  }
  return best;
}

export function describe({ seed, layers, from, to }: Stack): string {
  const blocks = layers.map((layer, index) => {
    const part = index >= from && index < to ? ', squashed' : '';
    return [`layer ${index} (${layer.dialect}${part})`, ...listing(layer).map((line) => `  ${line}`)].join('\n');
  });
  return [`seed ${seed}`, ...blocks].join('\n');
}
