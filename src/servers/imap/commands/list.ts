/** LIST (RFC 9051 §6.3.9; RFC 5258; RFC 5819 STATUS; RFC 6154 SPECIAL-USE; RFC 9590 METADATA). */
import { listMatcher } from '#protocol/imap/list-pattern';
import { DELIMITER } from '#protocol/imap/mailbox-name';
import type { CommandOf, ListReturn, ListSelection } from '#protocol/imap/command';
import { listLine } from '#servers/imap/responses/list-line';
import { nameOf } from '#servers/imap/responses/mailbox-path';
import { metadataLine } from '#servers/imap/responses/metadata-line';
import { ok, type Reply } from '#servers/imap/responses/reply';
import { useOf } from '#servers/imap/responses/special-use';
import type { SessionState } from '#servers/imap/session-state';
import { statusLine } from '#servers/imap/status-text';
import { getMetadata } from '#store/mailboxes/tree/metadata';
import { listMailboxes, type Mailbox } from '#store/mailboxes/tree/tree';

/** A name that may be listed: of a mailbox, or subscribed without one. */
interface Listable {
  readonly name: string;
  readonly mailbox: Mailbox | undefined;
  readonly subscribed: boolean;
}

export async function list(state: SessionState, command: CommandOf<'LIST'>): Promise<Reply> {
  const { services, login, out } = state;
  // RFC 9051 §6.3.9: asks for the delimiter
  if (command.return === undefined && command.patterns.every((pattern) => pattern === '')) {
    out.text('* LIST (\\Noselect) "/" ""\r\n');
    return LISTED;
  }
  const tree = await listMailboxes(services.mail.pool, login!.accountId);
  const names: Listable[] = [
    ...tree.mailboxes.map((mailbox) => ({
      name: nameOf(mailbox.path),
      mailbox,
      subscribed: mailbox.subscribed,
    })),
    ...tree.absentSubscriptions.map((path) => ({
      name: nameOf(path),
      mailbox: undefined,
      subscribed: true,
    })),
  ];
  const matchers = command.patterns.map((pattern) => listMatcher(command.reference + pattern));
  for (const { listable, below } of chosen(names, matchers, command.select)) {
    out.text(lineOf(state, listable, command, below));
    if (command.return?.status !== undefined && listable.mailbox !== undefined)
      out.text(await statusLine(state, listable.mailbox, command.return.status));
    if (command.return?.metadata !== undefined && listable.mailbox !== undefined)
      await sayMetadata(state, listable.mailbox, command.return.metadata);
    await state.link.room();
  }
  return LISTED;
}

const LISTED = ok('Listed');

/** RFC 9590 §3: the annotations that were asked for, of a mailbox that has some of them. */
async function sayMetadata(
  state: SessionState,
  { id, path }: Mailbox,
  entries: readonly string[],
): Promise<void> {
  const { services, login, out } = state;
  const all = await getMetadata(services.mail.pool, login!.accountId, id);
  const told = all.filter(({ name }) => entries.includes(name));
  if (told.length > 0) out.text(metadataLine(state.enabled, nameOf(path), told));
}

interface Chosen {
  readonly listable: Listable;
  /** Something below it is selected, and RECURSIVEMATCH asks to say so (RFC 5258 §3.5). */
  readonly below: boolean;
}

function chosen(
  names: readonly Listable[],
  matchers: readonly ((name: string) => boolean)[],
  select: readonly ListSelection[],
): Chosen[] {
  const subscribed = select.includes('SUBSCRIBED');
  const isSelected = (one: Listable): boolean =>
    (!subscribed || one.subscribed) &&
    (subscribed || one.mailbox !== undefined) &&
    (!select.includes('SPECIAL-USE') || useOf(one.mailbox?.role) !== undefined);
  const isNamed = ({ name }: Listable): boolean => matchers.some((matches) => matches(name));
  // those that are listed themselves need no parent to tell of them
  const parents = select.includes('RECURSIVEMATCH')
    ? parentsOf(names.filter((one) => isSelected(one) && !isNamed(one)))
    : NOBODY;
  return [...names, ...namesOfNothing(parents, names)]
    .filter((one) => isNamed(one))
    .map((listable) => ({ listable, below: parents.has(listable.name) }))
    .filter(({ listable, below }) => below || isSelected(listable));
}

/** Names above subscribed ones that neither are mailboxes nor subscribed themselves. */
function namesOfNothing(
  parents: ReadonlySet<string>,
  names: readonly Listable[],
): readonly Listable[] {
  const known = new Set(names.map(({ name }) => name));
  return [...parents]
    .filter((name) => !known.has(name))
    .map((name) => ({ name, mailbox: undefined, subscribed: false }));
}

const NOBODY: ReadonlySet<string> = new Set();

/** The names of all that something among these lies below. */
function parentsOf(names: readonly Listable[]): ReadonlySet<string> {
  const parents = new Set<string>();
  for (const { name } of names) {
    let end = name.lastIndexOf(DELIMITER);
    for (; end > 0; end = name.lastIndexOf(DELIMITER, end - 1)) parents.add(name.slice(0, end));
  }
  return parents;
}

function lineOf(
  state: SessionState,
  { name, mailbox, subscribed }: Listable,
  { select, return: asked }: { select: readonly ListSelection[]; return: ListReturn | undefined },
  below: boolean,
): string {
  const says = asked?.subscribed === true || select.includes('SUBSCRIBED');
  const extended = below ? ` ("CHILDINFO" (${criteria(select)}))` : '';
  return listLine(state.enabled, name, mailbox, subscribed && says, extended);
}

/** RFC 9051 §6.3.9.6: those that something below meets. */
function criteria(select: readonly ListSelection[]): string {
  const met = new Set(select.filter((one) => one === 'SUBSCRIBED' || one === 'SPECIAL-USE'));
  return Array.from(met, (one) => `"${one}"`).join(' ');
}
