interface Listed {
  readonly summary: string;
  /** Loads the command, which costs time, and runs it. */
  run(argv: readonly string[]): Promise<void>;
}

export const commands: Readonly<Record<string, Listed>> = {
  go: {
    summary: 'build Go programs into a layer',
    async run(argv) {
      const [{ run }, { command }] = await Promise.all([import('./command.ts'), import('./go.ts')]);
      await run(command, argv);
    },
  },
  image: {
    summary: 'stack layers on a base image',
    async run(argv) {
      const [{ run }, { command }] = await Promise.all([import('./command.ts'), import('./image.ts')]);
      await run(command, argv);
    },
  },
  squash: {
    summary: 'make one layer of several',
    async run(argv) {
      const [{ run }, { command }] = await Promise.all([import('./command.ts'), import('./squash.ts')]);
      await run(command, argv);
    },
  },
  wheel: {
    summary: 'install Python wheels into a layer',
    async run(argv) {
      const [{ run }, { command }] = await Promise.all([import('./command.ts'), import('./wheel.ts')]);
      await run(command, argv);
    },
  },
};
