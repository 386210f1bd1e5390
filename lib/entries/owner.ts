import type { Header } from './entry.ts';

/** An owner by number. Names mean something on one host only, root's aside. */
export function ownerOf(uid: number, gid: number): Pick<Header, 'uid' | 'gid' | 'uname' | 'gname'> {
  return { uid, gid, uname: uid === 0 ? 'root' : '', gname: gid === 0 ? 'root' : '' };
}
