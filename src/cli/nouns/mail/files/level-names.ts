/**
 * A level of a mailbox name as a file's: dots and backslashes that could mislead are written as `\2e` and `\5c`. Where dots are kept a
 * folder never ends as the files do that stand beside it.
 */
export function escaped(level: string, dots: 'all' | 'misleading'): string {
  const plainDots = level.replaceAll('\\', String.raw`\5c`);
  return dots === 'all'
    ? plainDots.replaceAll('.', String.raw`\2e`)
    : plainDots.replaceAll(/^\.|\.(?=(?:mbox|json)(?:\.|$))/gi, String.raw`\2e`);
}

export function plain(name: string): string {
  return name.replaceAll(/\\(2e|5c)/g, (_, code: string) => (code === '2e' ? '.' : '\\'));
}

/** The file of an mbox export that is of the mailbox itself that was asked for; of all mailboxes it is INBOX. */
export const INBOX_FILE = 'INBOX.mbox';

/** The folders that make a Maildir. */
export const MAILDIR_PARTS: readonly string[] = ['tmp', 'new', 'cur'];
