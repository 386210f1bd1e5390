import { closeInputs, type Input, openInputs } from '../inputs/input.ts';
import { openOutput } from '../outputs/output.ts';
import { type ProgressChoice, progress } from './progress.ts';
import type { Output } from '../outputs/writer.ts';

interface Choices extends ProgressChoice {
  readonly output: string | undefined;
}

/** Opens the inputs and the output of a command, lets it work, and closes everything however that ends. */
export async function job(
  name: string,
  paths: readonly string[],
  values: Choices,
  work: (inputs: Input[], output: Output) => Promise<void>,
): Promise<void> {
  const inputs = await openInputs(paths);
  const meter = progress(name, values);
  let output: Output | undefined;
  try {
    output = await openOutput(values.output, { wrote: meter.wrote, last: () => unchanged(inputs) });
    await work(inputs, output);
  } catch (error) {
    // Without an error: whoever wrote to it has been told.
    output?.destroy();
    throw error;
  } finally {
    meter.stop();
    await closeInputs(inputs);
  }
}

async function unchanged(inputs: readonly Input[]): Promise<void> {
  for (const input of inputs) await input.unchanged();
}
