import type { Random } from '../../peers/random.ts';
import { mutateBytes } from './bytes.ts';

/** Breaks a text in one place: lines, words, or bytes. */
export function mutateText(bytes: Buffer, dice: Random, other: Buffer, words: readonly string[]): Buffer {
  if (dice.chance(0.4)) return mutateBytes(bytes, dice, other, words);
  const lines = bytes.toString('latin1').split(/(?<=\n)/);
  const others = other.toString('latin1').split(/(?<=\n)/);
  const at = dice.below(lines.length + 1);
  const line = dice.some(lines) ?? '';
  const word = dice.some(words) ?? '';
  switch (dice.below(8)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(at, 0, line);
      break;
    case 2:
      lines.splice(at, 0, dice.some(others) ?? '');
      break;
    case 3:
      lines.splice(at, 0, `${word}\n`);
      break;
    case 4:
      // Another word in the place of one.
      lines[at] = line.replace(/[\w.-]+/, () => word);
      break;
    case 5:
      lines[at] = line.replace(/(?<=[:=,]\s*)[^:=,\n]*/, () => word);
      break;
    case 6:
      lines[at] = ` ${line}`;
      break;
    default:
      lines[at] = line.replace(/\n$/, dice.pick(['\r\n', '\r', '\n\n', ' \n', '', '\u0085', '\v', '\f', '\x1c', '\0']));
  }
  return Buffer.from(lines.join(''), 'latin1');
}
