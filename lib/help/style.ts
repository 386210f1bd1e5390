/** How words are set off from others, where they can be. */
export interface Style {
  /** Headings, and what is to be seen first. */
  strong(text: string): string;
  /** What went wrong. */
  wrong(text: string): string;
}

/** All words look alike. */
export const unstyled: Style = { strong: (text) => text, wrong: (text) => text };
