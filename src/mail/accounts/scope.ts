/** What a credential may be used for. An account password is for everything; an app password for what it was made for. */

export const SCOPES = ['submission', 'imap', 'jmap'] as const;

export type Scope = (typeof SCOPES)[number];

/** Stands for every scope, those of later versions too. */
export const EVERYTHING = '*';

/** Whether a credential with these scopes may be used for that one. */
export function permits(scopes: readonly string[], wanted: Scope): boolean {
  return scopes.includes(EVERYTHING) || scopes.includes(wanted);
}
