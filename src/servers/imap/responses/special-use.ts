/** Special uses of mailboxes (RFC 6154 §2, RFC 8457) and the roles by which the store knows them. */
import type { Role } from '#store/mailboxes/tree/tree';

const USES = {
  archive: '\\Archive',
  drafts: '\\Drafts',
  important: '\\Important',
  junk: '\\Junk',
  sent: '\\Sent',
  trash: '\\Trash',
} satisfies Record<Exclude<Role, 'inbox'>, string>;

/** The attribute in LIST. */
export function useOf(role: Role | undefined): string | undefined {
  return role === undefined || role === 'inbox' ? undefined : USES[role];
}

/** Undefined where the attribute, in any case, is no use that we know. */
export function roleOf(attribute: string): Role | undefined {
  const name = attribute.slice(1).toLowerCase();
  return attribute.startsWith('\\') && Object.hasOwn(USES, name) ? (name as Role) : undefined;
}
