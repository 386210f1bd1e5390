import { alpine } from './alpine.ts';
import { debian } from './debian.ts';
import { go } from './go.ts';
import { node } from './node.ts';
import { python } from './python.ts';
import type { Reader } from './reader.ts';

/** All kinds of packages that are found. */
export const readers: readonly Reader[] = [debian, alpine, python, go, node];
