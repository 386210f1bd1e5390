import type { Writable } from 'node:stream';
import { closeInputs, type Input, openInputs } from '../input.ts';
import { openOutput } from '../output.ts';

/** Opens the inputs and the output of a command, lets it work, and closes everything however that ends. */
export async function job(
  paths: readonly string[],
  target: string | undefined,
  work: (inputs: Input[], output: Writable) => Promise<void>,
): Promise<void> {
  const inputs = await openInputs(paths);
  let output: Writable | undefined;
  try {
    output = await openOutput(target);
    await work(inputs, output);
  } catch (error) {
    // Without an error: whoever wrote to it has been told.
    output?.destroy();
    throw error;
  } finally {
    await closeInputs(inputs);
  }
}
