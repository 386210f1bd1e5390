import { bytesOf } from './document-file.ts';
import type { Tree } from './reader.ts';
import { aside, lenient } from './text.ts';

/** Which distribution an image is of (os-release(5)). */
export interface Release {
  readonly id: string | undefined;
  readonly version: string | undefined;
}

/** What a file of that name says; nothing where there is none. */
export async function readRelease(tree: Tree): Promise<Release> {
  const file = tree.file('etc/os-release') ?? tree.file('usr/lib/os-release');
  if (file === undefined) return { id: undefined, version: undefined };
  const fields = new Map<string, string>();
  for (const line of (await bytesOf(file)).toString('latin1').split('\n')) {
    const [, key, quoted, plain] = /^([A-Z_]+)=(?:["']([^"']*)["']|([^\s"']*))\s*$/.exec(line) ?? [];
    if (key !== undefined) fields.set(key, lenient(quoted ?? plain ?? ''));
  }
  const id = aside(fields.get('ID'))?.toLowerCase();
  return {
    id: id !== undefined && /^[a-z0-9._-]+$/.test(id) ? id : undefined,
    version: aside(fields.get('VERSION_ID')),
  };
}
