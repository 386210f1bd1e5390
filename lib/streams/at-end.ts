import { type Flow, flow } from './flow.ts';

/** Lets objects through, and then calls what may throw: the pipe does not end well if it does. */
export function atEnd<T>(check: () => void): Flow<T, T> {
  return flow<T, T>(
    async function* (objects) {
      for await (const object of objects) yield object;
      check();
    },
    { from: 'objects', to: 'objects' },
  );
}
