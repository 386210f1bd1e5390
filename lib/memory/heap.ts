import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap of this process small. V8 trades memory for time, and a low-memory CI job does not want that: buffers
 * wait for a collection of the young generation, which is to stay small, and the index of a large layer is no garbage
 * that the heap should grow for. To be called when all code is loaded: what V8 has compiled before, Node's own modules
 * among it, is only taken from its cache under the flags that it was made with.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
  // Node 20 has but one optimizing compiler, which costs a short run more than it gains.
  if (Number.parseInt(process.versions.v8, 10) < 12) setFlagsFromString('--interrupt-budget=1000000');
}
