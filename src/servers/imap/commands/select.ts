/** SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3; RFC 7162 §3.1.8 and §3.2.5; RFC 8474 §4.2). */
import { STAR, type CommandOf, type Qresync } from '#protocol/imap/command';
import { oldName } from '#servers/imap/responses/list-line';
import { nameOf, pathOf, wireName } from '#servers/imap/responses/mailbox-path';
import { objectId } from '#servers/imap/responses/object-id';
import { REPLIES } from '#servers/imap/responses/replies';
import { ok, type Reply } from '#servers/imap/responses/reply';
import { flagsAt, flagsLines } from '#servers/imap/selected/flags-text';
import { SelectedMailbox } from '#servers/imap/selected/selected-mailbox';
import type { SessionState } from '#servers/imap/session-state';
import { sayVanished } from '#servers/imap/updates';
import { FLAG } from '#store/emails/emails';
import { findMailbox, type Mailbox } from '#store/mailboxes/tree/tree';
import { noteTold } from '#store/mailboxes/view/recent';
import type { ViewState } from '#store/mailboxes/view/view';
import type { OpenView } from '#store/mailboxes/view/views';

export async function select(
  state: SessionState,
  command: CommandOf<'SELECT' | 'EXAMINE'>,
): Promise<Reply> {
  const { services, enabled, out } = state;
  const { accountId } = state.login!;
  if (command.qresync !== undefined && !enabled.qresync) return REPLIES.qresyncNotEnabled;
  if (state.selected !== undefined) {
    state.unselect();
    // RFC 9051 §7.1: what follows is about the next mailbox
    out.text('* OK [CLOSED] The mailbox before is closed\r\n');
  }
  const mailbox = await findMailbox(services.mail.pool, accountId, pathOf(command.mailbox));
  const open = mailbox && (await services.mail.views.open(accountId, mailbox.id));
  if (open === undefined) return REPLIES.noSuchMailbox;
  if (command.condstore) state.useModseqs();
  const readOnly = command.verb === 'EXAMINE';
  const known = enabled.rev2 ? undefined : await knownBefore(state, mailbox!, open, readOnly);
  state.selected = new SelectedMailbox(open, readOnly);
  state.listenToSelected();
  if (known !== undefined) state.selected.tellRecent(known, state.selected.now.uidNext - 1);
  sayMailbox(state, state.selected, nameOf(mailbox!.path), command.mailbox);
  if (command.qresync?.uidValidity === open.view.uidValidity)
    await resynchronise(state, state.selected, command.qresync);
  return readOnly ? READ_ONLY : READ_WRITE;
}

const READ_ONLY = ok('Selected for reading only', 'READ-ONLY');
const READ_WRITE = ok('Selected', 'READ-WRITE');

/** Up to which UID sessions were told of messages: what lies above is recent (RFC 3501 §2.3.2). Undefined where nothing does. */
async function knownBefore(
  { services }: SessionState,
  { id, recentUid }: Mailbox,
  { view }: OpenView,
  readOnly: boolean,
): Promise<number | undefined> {
  const last = view.state.uidNext - 1;
  if (recentUid >= last) return undefined;
  return readOnly ? recentUid : noteTold(services.mail.pool, id, last);
}

function sayMailbox(
  state: SessionState,
  { view, now, readOnly, recent }: SelectedMailbox,
  name: string,
  written: string,
): void {
  const { out, enabled } = state;
  out.text(flagsLines(view.keywordsInUse(), readOnly));
  out.text(`* ${now.count} EXISTS\r\n`);
  if (!enabled.rev2) out.text(`* ${recent.count(now)} RECENT\r\n`);
  const unseen = enabled.rev2 || enabled.uidOnly ? 0 : firstUnseen(now);
  if (unseen > 0) out.text(`* OK [UNSEEN ${unseen}] The first unseen message\r\n`);
  out.text(
    `* OK [UIDVALIDITY ${view.uidValidity}] UIDs are valid\r\n` +
      `* OK [UIDNEXT ${now.uidNext}] The next UID\r\n` +
      `* OK [HIGHESTMODSEQ ${now.modseq}] The highest modseq\r\n` +
      `* OK [MAILBOXID (${objectId('mailbox', view.mailboxId)})] The id of the mailbox\r\n`,
  );
  if (enabled.rev2)
    out.text(`* LIST () "/" ${wireName(enabled, name)}${oldName(enabled, written, name)}\r\n`);
}

/** A message number; 0 where all are seen. */
function firstUnseen({ flags, count }: ViewState): number {
  for (let place = 0; place < count; place++)
    if ((flags[place]! & FLAG.seen) === 0) return place + 1;
  return 0;
}

/** Tells what changed since the client was last here (RFC 7162 §3.2.5.1). */
async function resynchronise(
  state: SessionState,
  { now, recent }: SelectedMailbox,
  { modseq, knownUids }: Qresync,
): Promise<void> {
  const { out, link, enabled } = state;
  await sayVanished(state, modseq, knownUids);
  const known = knownUids?.ranges.map(({ from, to }) => [Math.min(from, to), Math.max(from, to)]);
  let said = 0;
  for (const place of now.changedSince(modseq)) {
    const uid = now.uids[place]!;
    if (known?.every(([from, to]) => uid < from! || (uid > to! && to !== STAR))) continue;
    const flags = `FLAGS ${flagsAt(now, place, recent)} MODSEQ (${now.modseqs[place]!})`;
    out.text(
      enabled.uidOnly
        ? `* ${uid} UIDFETCH (${flags})\r\n`
        : `* ${place + 1} FETCH (UID ${uid} ${flags})\r\n`,
    );
    if (++said % 500 === 0) await link.room();
  }
}
