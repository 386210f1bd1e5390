/** Tells the user something on standard error, unless they asked for silence. */
export function say(values: { readonly quiet: boolean }, text: string): void {
  if (!values.quiet) process.stderr.write(`layertool ${text}\n`);
}
