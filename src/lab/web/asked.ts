/** Words of a request, as far as they are one text. Pure. */

/** The value of a name that was given once; undefined where it was not, or several times. */
export function wordOf(words: unknown, name: string): string | undefined {
  if (typeof words !== 'object' || words === null || !Object.hasOwn(words, name)) return undefined;
  const value = (words as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}

export function isOneOf(words: readonly string[], word: string | readonly string[]): boolean {
  return typeof word === 'string' && words.includes(word);
}
