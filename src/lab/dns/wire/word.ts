/** A word of a zone file, and whether it stood in quotes. */
export interface Word {
  /** Unescaped in quotes, as written otherwise. */
  readonly text: string;
  readonly quoted: boolean;
}
