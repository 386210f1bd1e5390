import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { closeInputs, type Input, openInputs, readableInput } from '../../lib/inputs/input.ts';
import { type PushOptions, push } from '../../lib/push/push.ts';
import { pieces } from '../entries.ts';
import { folder } from '../peers/tools.ts';
import type { Fake } from './fake.ts';

/** Bytes as a pipe brings them: once. */
export function piped(bytes: Buffer, size?: number): Input {
  return readableInput(pieces(bytes, size), 'pipe');
}

export async function filed(t: TestContext, bytes: Buffer): Promise<Input> {
  const path = join(await folder(t), 'image.tar');
  writeFileSync(path, bytes);
  const [input] = await openInputs([path]);
  if (!input) throw new Error('no input');
  t.after(() => closeInputs([input]));
  return input;
}

/** Pushes an image, and gives its digest. */
export async function pushed(
  registry: Fake,
  image: Input | string,
  pushing: PushOptions & { reference?: string } = {},
): Promise<string> {
  const { reference, ...rest } = pushing;
  const repository = await registry.open('push', reference === undefined ? {} : { reference });
  try {
    const [input] = typeof image === 'string' ? await openInputs([{ image }]) : [image];
    return (await push(input!, repository, { compression: 'gzip', ...rest })).digest;
  } finally {
    repository.close();
  }
}
