import { type Change, isPyc, type Kind } from './change.ts';

/** Counts changes, and guesses why there are any. */
export interface Tally {
  see(change: Change): void;
  count(): number;
  /** The one thing that explains all of them, if there is one. */
  cause(): string | undefined;
}

const causes: readonly (readonly [kinds: readonly Kind[], words: string])[] = [
  [['compression'], 'only the compression differs: the diff_ids are the same'],
  [['order'], 'only the order of entries differs: layertool squash writes them in one order'],
  [['format'], 'only the way it is written differs, and not what it says: layertool squash writes layers in one way'],
  [['mtime'], 'only times differ: was SOURCE_DATE_EPOCH set for both?'],
  [['mtime', 'order'], 'only times and the order of entries differ: was SOURCE_DATE_EPOCH set for both?'],
  [['owner'], 'only owners differ: were both made by the same user? --chown says whose files are'],
  [['mode'], 'only permissions differ: was the umask the same?'],
  [['owner', 'mode'], 'only owners and permissions differ: were both made by the same user, with the same umask?'],
  [['xattr'], 'only extended attributes differ: were both made on file systems that have them?'],
  [['history'], 'only the history differs'],
  [['annotations'], 'only annotations differ'],
];

/** Makes a tally of nothing. */
export function tally(): Tally {
  const kinds = new Set<Kind>();
  let count = 0;
  let isPython = true;
  return {
    see(change) {
      const { sign, about, name, fields } = change;
      // The heading of a layer whose changes follow.
      if (about === 'layer' && sign === '~' && fields.length === 0) return;
      count++;
      if (about !== 'path' || !isPyc(name)) isPython = false;
      if (sign === '~') for (const { kind } of fields) kinds.add(kind);
      else kinds.add(sign === '+' ? 'added' : 'removed');
    },
    count: () => count,
    cause() {
      if (count === 0) return undefined;
      if (isPython)
        return 'only .pyc files differ: they hold the times of their sources, unless they are made from hashes';
      return causes.find(([list]) => kinds.size === list.length && list.every((kind) => kinds.has(kind)))?.[1];
    },
  };
}
