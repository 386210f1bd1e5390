import { close, fstat, open, read, writev } from 'node:fs';
import { promisify } from 'node:util';

/*
 * Calls on open files by their descriptors, as promises. FileHandles of node:fs/promises are not used: one that nobody
 * refers to closes its file, and places outlive whoever opened them.
 */

export const openFile = promisify(open);
export const closeFile = promisify(close);
export const statFile = promisify(fstat);
export const readFile = promisify(read);
export const writeFile = promisify(writev);
