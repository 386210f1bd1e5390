import type { Header } from '../entries/entry.ts';

type Owner = Pick<Header, 'uid' | 'gid' | 'uname' | 'gname'>;

/** As a short counts. */
const MOST_OWNERS = 0xffff;

/** Owners as numbers from 1, since a layer has few of them; 0 for one too many. */
export function ownerNumbers(): { number(owner: Owner): number; owner(number: number): Owner } {
  const known: Owner[] = [];
  const numbers = new Map<string, number>();
  let last: Owner | undefined;
  let lastNumber = 0;

  function find(owner: Owner): number {
    const { uid, gid, uname, gname } = owner;
    const key = `${uid} ${gid} ${uname.length} ${uname}${gname}`;
    const existing = numbers.get(key);
    if (existing !== undefined || known.length === MOST_OWNERS) return existing ?? 0;
    const number = known.push({ uid, gid, uname, gname });
    numbers.set(key, number);
    return number;
  }

  return {
    number(owner) {
      const { uid, gid, uname, gname } = owner;
      // Most entries have the owner of the one before.
      if (last?.uid !== uid || last.gid !== gid || last.uname !== uname || last.gname !== gname) {
        lastNumber = find(owner);
        last = { uid, gid, uname, gname };
      }
      return lastNumber;
    },
    owner: (number) => known[number - 1]!,
  };
}
