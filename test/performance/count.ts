import fs, { readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { syncBuiltinESMExports } from 'node:module';

/* Loaded before a command: counts what it does, and writes that into $LAYERTOOL_COUNTS when it ends. */

/** What a process has done since it began. */
export interface Counts {
  /** Bytes of objects on the heap, what was collected since included. */
  readonly allocated: number;
  /** Calls that read files, and bytes that the process has read. */
  readonly reads: number;
  readonly bytesRead: number;
  /** Calls that write files, and bytes that the process has written. */
  readonly writes: number;
  readonly bytesWritten: number;
}

/*
 * The calls are counted where they are made: what the system counts has the wake-ups of the event loop in it, which other
 * threads write as often as they are let, from none to one for each call.
 */
const calls = { reads: 0, writes: 0 };

function counting(
  kind: keyof typeof calls,
  name: 'read' | 'readv' | 'readSync' | 'write' | 'writev' | 'writeSync',
): void {
  const counted = new Proxy<(...values: unknown[]) => unknown>(fs[name] as never, {
    apply(call, self, values) {
      calls[kind]++;
      return Reflect.apply(call, self, values);
    },
  });
  Object.assign(fs, { [name]: counted });
}

for (const name of ['read', 'readv', 'readSync'] as const) counting('reads', name);
for (const name of ['write', 'writev', 'writeSync'] as const) counting('writes', name);
syncBuiltinESMExports();

const session = new Session();
session.connect();
session.post('HeapProfiler.startSampling', {
  samplingInterval: 4096,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true,
});

interface Sampled {
  readonly selfSize: number;
  readonly children: readonly Sampled[];
}

function sizeOf({ selfSize, children }: Sampled): number {
  return children.reduce((sum, child) => sum + sizeOf(child), selfSize);
}

process.on('exit', () => {
  let allocated = 0;
  // The session lives in this thread: the answer is there when the call returns.
  session.post('HeapProfiler.stopSampling', (error, result) => {
    if (error === null) allocated = sizeOf(result.profile.head);
  });
  const io = readFileSync('/proc/self/io', 'latin1');
  const field = (name: string): number => Number(new RegExp(`^${name}: ([0-9]+)$`, 'm').exec(io)?.[1]);
  const counts: Counts = {
    allocated,
    reads: calls.reads,
    bytesRead: field('rchar'),
    writes: calls.writes,
    bytesWritten: field('wchar'),
  };
  writeFileSync(process.env['LAYERTOOL_COUNTS'] ?? '', JSON.stringify(counts));
});
