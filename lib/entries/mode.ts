/** What becomes of permission bits. */
export type ModeChange = (mode: number, isDirectory: boolean) => number;

/** All of a file's bits that a class of users has, setuid, setgid and the sticky bit among them. */
const classes: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };

/** What a letter stands for in every class. */
const bits: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, s: 0o6000, t: 0o1000 };

const CLAUSE = /^([ugoa]*)([-+=])([rwxXst]*)$/;

/**
 * A change as chmod(1) takes it: octal, or symbolic as `u+x,go-w` and `a=rX`. Where no class is named all are meant: no mask
 * of this machine counts. Undefined for what is neither.
 */
export function parseModeChange(text: string): ModeChange | undefined {
  if (/^0*[0-7]{1,4}$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    return () => mode;
  }
  const clauses = text.split(',').map((clause) => CLAUSE.exec(clause));
  const changes: ModeChange[] = [];
  for (const clause of clauses) {
    if (!clause) return undefined;
    const [, who = '', sign = '', letters = ''] = clause;
    changes.push(clauseChange(who, sign, letters));
  }
  return (mode, isDirectory) => changes.reduce((now, change) => change(now, isDirectory), mode);
}

function clauseChange(who: string, sign: string, letters: string): ModeChange {
  const mask = [...(who || 'a')].reduce((sum, letter) => sum | classes[letter]!, 0);
  return (mode, isDirectory) => {
    let set = 0;
    for (const letter of letters) {
      // What may be executed by somebody already, and directories.
      if (letter === 'X') set |= isDirectory || (mode & 0o111) !== 0 ? 0o111 : 0;
      else set |= bits[letter]!;
    }
    const own = set & mask;
    if (sign === '+') return mode | own;
    return sign === '-' ? mode & ~own : (mode & ~mask) | own;
  };
}
