import { fstatSync } from 'node:fs';
import { basename } from 'node:path';
import { sizeText } from '../bytes/size.ts';
import type { Input } from '../inputs/input.ts';
import { isInForeground } from '../process/foreground.ts';
import { programAt } from '../process/pipe-ends.ts';
import { drawnLine, type Moving, pace, plainPart, widthOf } from './progress-lines.ts';
import { canDraw, draw, erase, tell } from './terminal.ts';
import { turn } from './terminal-turn.ts';

/** How to tell a person that work goes on: `auto` draws on a terminal when it takes long, `plain` writes lines. */
export interface ProgressChoice {
  readonly progress: string | undefined;
  readonly quiet: boolean;
}

export interface Progress {
  /** Some bytes have been written. */
  wrote(bytes: number): void;
  /** Takes what is drawn away; the next drawing comes by itself. */
  stop(): void;
}

const silent: Progress = { wrote: () => {}, stop: () => {} };

/**
 * In milliseconds: work may take so long without a word, and lines are drawn so often. Who reads from no program lets
 * those begin who do: they know of more.
 */
const DRAWN = { first: 500, firstOfSources: 900, next: 150 };
const PLAIN = { first: 5000, next: 5000 };

/** Programs that draw on the terminal themselves as soon as something comes. */
const DRAWING = /^(docker|podman|nerdctl|pv)$/;

/** Tells how a command gets on with its inputs and its output, in the manner that was chosen. */
export function progress(
  name: string,
  choice: ProgressChoice,
  inputs: readonly Input[],
  output: string | undefined,
): Progress {
  let written = 0;
  const start = performance.now();
  const meter = showing(
    name,
    choice,
    inputs.some(({ pipe }) => pipe !== undefined),
    () => {
      const target = output === undefined || output === '-' ? name : basename(output);
      const result: Moving = { name: `→ ${target}`, bytes: written, size: undefined, how: 'written' };
      return [...inputs.map(inputMoving), ...(written > 0 ? [result] : [])];
    },
  );
  return {
    wrote(bytes) {
      if (written === 0) meter.outputBegins();
      written += bytes;
    },
    stop() {
      meter.stop(`${sizeText(written)} written, ${Math.round((performance.now() - start) / 1000)} s`);
    },
  };
}

/**
 * Shows what moves, as long as it does.
 *
 * @param isFed whether it reads from other programs
 */
export function showing(
  command: string,
  { progress: how = 'auto', quiet }: ProgressChoice,
  isFed: boolean,
  moving: () => readonly Moving[],
): { outputBegins(): void; stop(summary: string): void } {
  const drawn = how === 'auto' && canDraw();
  if (quiet || (!drawn && how !== 'plain')) return { ...silent, outputBegins: () => {} };
  const { rate } = pace();
  const isOurTurn = drawn ? turn() : () => false;
  let isDrawn = false;

  function show(): void {
    const all = moving();
    if (!drawn) {
      if (all.length > 0) tell(`layertool ${command}: ${all.map(plainPart).join('; ')}`);
      return;
    }
    const now = performance.now();
    const rates = all.map((one) => rate(one, now));
    if (all.length === 0 || !isInForeground() || !isOurTurn()) return;
    isDrawn = true;
    draw((width, height) => {
      const names = widthOf(all);
      const lines = all.map((one, at) => drawnLine(one, rates[at] ?? 0, names).slice(0, width));
      return lines.length <= height ? lines : [...lines.slice(0, height - 1), `and ${lines.length - height + 1} more`];
    });
  }

  function stopDrawing(): void {
    clearTimeout(timer);
    if (isDrawn) erase();
    isDrawn = false;
  }

  const { first, next } = drawn ? { ...DRAWN, first: isFed ? DRAWN.first : DRAWN.firstOfSources } : PLAIN;
  let timer = setTimeout(function again() {
    show();
    timer = setTimeout(again, next).unref();
  }, first).unref();
  return {
    outputBegins() {
      if (drawn && DRAWING.test(basename(readerOfOutput() ?? ''))) stopDrawing();
    },
    stop(summary) {
      stopDrawing();
      if (!drawn) tell(`layertool ${command}: ${summary}`);
    },
  };
}

/** The program that reads standard output. */
function readerOfOutput(): string | undefined {
  try {
    const stats = fstatSync(1);
    return stats.isFIFO() ? programAt('reading', stats.ino)?.[0] : undefined;
  } catch {
    return undefined;
  }
}

const pipeNames = new WeakMap<Input, string>();

function inputMoving(input: Input): Moving {
  const { bytes, size } = input.reads;
  return { name: input.directory ?? nameOf(input), bytes, size };
}

/** A file's own name; of a pipe the command that writes into it, while it can be found. */
function nameOf(input: Input): string {
  const { name, pipe } = input;
  if (pipe === undefined) return basename(name);
  const known = pipeNames.get(input);
  if (known !== undefined) return known;
  const words = programAt('writing', pipe);
  const title = words === undefined ? name : commandText(words);
  pipeNames.set(input, title);
  return title;
}

/** A command as a person has typed it: without the program that runs the program, and without the folders. */
function commandText([program = '', ...words]: readonly string[]): string {
  const [script, ...rest] = words;
  const isScript = /^node/.test(basename(program)) && script !== undefined && !script.startsWith('-');
  if (!isScript) return [basename(program), ...words].join(' ');
  const name = basename(script).replace(/^cli\.js$/, 'layertool');
  return [name, ...rest].join(' ');
}
