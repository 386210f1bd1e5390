import { UsageError } from '../errors.ts';
import { closeInputs, type ImagePath, type Input, openInputs } from '../inputs/input.ts';
import { openOutput } from '../outputs/output.ts';
import type { Output } from '../outputs/writer.ts';
import { pump } from '../streams/pump.ts';
import { byteSource } from '../streams/source.ts';
import { rule } from './depfile.ts';
import { type ProgressChoice, progress } from './progress.ts';
import { tell } from './terminal.ts';

/** What a command works with. */
export interface Job {
  /** In the order of the paths. */
  readonly inputs: Input[];
  readonly output: Output;
  /** Tells a person something in a line, unless they asked for silence. */
  say(text: string): void;
  /** Tells of a file that was read and is not an input, for --depfile. */
  read(file: string): void;
}

interface Choices extends ProgressChoice {
  readonly output: string | undefined;
  readonly depfile?: string | undefined;
}

interface JobOptions {
  readonly paths?: readonly (string | ImagePath)[];
  /** What is written; text may go to a terminal. */
  readonly writes?: 'bytes' | 'text';
}

/** Opens the inputs and the output of a command, lets it work, and closes everything however that ends. */
export async function job(
  name: string,
  values: Choices,
  { paths = [], writes = 'bytes' }: JobOptions,
  work: (job: Job) => Promise<void>,
): Promise<void> {
  const { depfile, quiet } = values;
  if (depfile !== undefined && values.output === undefined) {
    throw new UsageError('--depfile needs -o FILE, which is what its rule is for');
  }
  const inputs = await openInputs(paths);
  const meter = progress(name, values, inputs, values.output);
  const files = new Set<string>();
  let output: Output | undefined;
  try {
    const watcher = { wrote: meter.wrote, last: () => unchanged(inputs) };
    output = await openOutput(values.output, watcher, writes);
    const say = (text: string): void => {
      if (!quiet) tell(`layertool ${name}: ${text}`);
    };
    await work({ inputs, output, say, read: (file) => files.add(file) });
    if (depfile !== undefined && values.output !== undefined) {
      const read = [...inputs.flatMap((input) => [...input.files]), ...files];
      await pump(byteSource([Buffer.from(rule(values.output, read))]), await openOutput(depfile));
    }
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
