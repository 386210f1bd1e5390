import { readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

/* Loaded before a command: counts what it does, and writes that into $LAYERTOOL_COUNTS when it ends. */

/** What a process has done since it began. */
export interface Counts {
  /** Bytes of objects on the heap, what was collected since included. */
  readonly allocated: number;
  /** System calls that read, and bytes that they brought. */
  readonly reads: number;
  readonly bytesRead: number;
  /** System calls that write, and bytes that they took. */
  readonly writes: number;
  readonly bytesWritten: number;
}

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
    reads: field('syscr'),
    bytesRead: field('rchar'),
    writes: field('syscw'),
    bytesWritten: field('wchar'),
  };
  writeFileSync(process.env['LAYERTOOL_COUNTS'] ?? '', JSON.stringify(counts));
});
