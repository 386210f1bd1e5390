import { chmod } from '../../transforms/chmod.ts';
import { chown } from '../../transforms/chown.ts';
import { clampTimes } from '../../transforms/clamp-times.ts';
import { deleting } from '../../transforms/delete.ts';
import { keep } from '../../transforms/keep.ts';
import { opaque } from '../../transforms/opaque.ts';
import { rename } from '../../transforms/rename.ts';
import { whiteout } from '../../transforms/whiteout.ts';
import type { Entry } from '../entries/entry.ts';
import { globs } from '../entries/globs.ts';
import { parseModeChange } from '../entries/mode.ts';
import { fromText } from '../entries/names.ts';
import { parseSubstitution } from '../entries/substitution.ts';
import { UsageError } from '../errors.ts';
import type { Flow } from '../streams/flow.ts';
import { readOwner } from './shared-flags.ts';

/*
 * The edits of a layer, as the command line gives them: a transform each, in the order of the flags.
 */

export const stepFlags = {
  delete: { type: 'string', value: 'GLOB', many: true, help: 'take out what a line of a .gitignore would leave out' },
  keep: { type: 'string', value: 'GLOB', many: true, help: 'take out all else, parents aside' },
  rename: { type: 'string', value: 's,REGEX,NEW,', many: true, help: 'change paths as sed would; links follow' },
  chown: {
    type: 'string',
    value: 'UID[:GID][=GLOB]',
    many: true,
    help: 'give everything, or what GLOB chooses, to an owner',
  },
  chmod: { type: 'string', value: 'MODE[=GLOB]', many: true, help: 'change permissions: 0644, u+x,go-w, a=rX' },
  clamp: { type: 'string', value: 'SECONDS', many: true, help: 'set later times to this one, in seconds since 1970' },
  whiteout: { type: 'string', value: 'PATH', many: true, help: 'hide PATH of the layers below' },
  opaque: { type: 'string', value: 'PATH', many: true, help: 'hide all that layers below have in the directory PATH' },
} as const;

type StepKey = keyof typeof stepFlags;

/** An edit: the stage that does it, and what was asked for in vain. */
export interface Step {
  readonly stage: Flow<Entry, Entry>;
  /** The flags, as a person would write them, that have matched nothing. */
  unmatched(): string[];
}

/**
 * Reads the edits. Lines of a .gitignore belong together: so do globs of --delete, and of --keep, that follow one another.
 * What makes no sense is a UsageError.
 *
 * @param time the mtime of whiteouts in seconds
 */
export function readSteps(order: readonly (readonly [key: string, value: string])[], time: number): Step[] {
  const runs: { key: StepKey; values: string[] }[] = [];
  for (const [key, value] of order) {
    if (!isStep(key)) continue;
    const last = runs.at(-1);
    if (last?.key === key && (key === 'delete' || key === 'keep')) last.values.push(value);
    else runs.push({ key, values: [value] });
  }
  return runs.map(({ key, values }) => readStep(key, values, time));
}

function isStep(key: string): key is StepKey {
  return Object.hasOwn(stepFlags, key);
}

function readStep(key: StepKey, values: readonly string[], time: number): Step {
  const [value = ''] = values;
  switch (key) {
    case 'delete':
    case 'keep': {
      const { choose, unmatched } = globs(values);
      const stage = key === 'delete' ? deleting(choose) : keep(choose);
      return { stage, unmatched: () => unmatched().map((glob) => `--${key} ${JSON.stringify(glob)}`) };
    }
    case 'rename': {
      const { apply, isUsed } = parseSubstitution(value);
      return { stage: rename(apply), unmatched: () => (isUsed() ? [] : [`--rename ${JSON.stringify(value)}`]) };
    }
    case 'chown': {
      const { what, choose, unmatched } = withGlob('chown', value, /^([0-9:]*)(?:=(.*))?$/s);
      const { uid, gid } = readOwner(what);
      return { stage: chown(uid, gid, choose), unmatched };
    }
    case 'chmod': {
      const clause = '[ugoa]*[-+=][rwxXst]*';
      const { what, choose, unmatched } = withGlob(
        'chmod',
        value,
        new RegExp(`^([0-7]+|${clause}(?:,${clause})*)(?:=(.*))?$`, 's'),
      );
      const change = parseModeChange(what);
      if (change === undefined) {
        throw new UsageError(
          `--chmod takes MODE or MODE=GLOB, not ${JSON.stringify(value)}`,
          'as 0644, u+x,go-w or a=rX',
        );
      }
      return { stage: chmod(change, choose), unmatched };
    }
    case 'clamp': {
      if (!/^-?[0-9]{1,12}$/.test(value)) {
        throw new UsageError(`--clamp takes seconds since 1970, not ${JSON.stringify(value)}`);
      }
      return { stage: clampTimes(Number(value)), unmatched: () => [] };
    }
    case 'whiteout':
      return { stage: whiteout(fromText(value), time), unmatched: () => [] };
    case 'opaque':
      return { stage: opaque(fromText(value), time), unmatched: () => [] };
  }
}

/** WHAT or WHAT=GLOB. */
function withGlob(key: StepKey, value: string, grammar: RegExp) {
  const [, what = value, glob] = grammar.exec(value) ?? [];
  if (glob === undefined) return { what, choose: undefined, unmatched: () => [] };
  const { choose, unmatched } = globs([glob]);
  return { what, choose, unmatched: () => unmatched().map(() => `--${key} ${JSON.stringify(value)}`) };
}
