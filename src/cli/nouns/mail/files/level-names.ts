/** A level of a mailbox name as a file's: dots and backslashes that could mislead are written as `\2e` and `\5c`. */
export function escaped(level: string, dots: 'all' | 'leading'): string {
  const plainDots = level.replaceAll('\\', String.raw`\5c`);
  return dots === 'all'
    ? plainDots.replaceAll('.', String.raw`\2e`)
    : plainDots.replace(/^\./, String.raw`\2e`);
}

export function plain(name: string): string {
  return name.replaceAll(/\\(2e|5c)/g, (_, code: string) => (code === '2e' ? '.' : '\\'));
}
