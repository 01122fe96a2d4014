/**
 * APPEND and REPLACE (RFC 9051 §6.3.12, RFC 3502, RFC 8508) once all their messages are there, which take-message.ts took as they
 * came: all of them are put into the mailbox, or none.
 */
import type { CommandOf } from '#protocol/imap/command';
import { formatSet } from '#protocol/imap/sequence-set';
import type { Appending } from '#servers/imap/appending';
import { InProgress } from '#servers/imap/in-progress';
import { appendReplies, REPLIES } from '#servers/imap/responses/replies';
import { ok, untaggedLine, type Reply } from '#servers/imap/responses/reply';
import { uidMeant } from '#servers/imap/selected/sets';
import type { SessionState } from '#servers/imap/session-state';
import {
  append as appendMessages,
  replace as replaceMessage,
  type Appended,
} from '#store/mailboxes/change/append';
import type { NewMessage } from '#store/mailboxes/change/append-statement';

export async function append(
  state: SessionState,
  _: CommandOf<'APPEND'>,
  tag: string,
): Promise<Reply> {
  const { mailboxId, messages } = await takeAppending(state);
  return new InProgress(state, tag).during(appendAll(state, mailboxId, messages));
}

export async function replace(
  state: SessionState,
  command: CommandOf<'REPLACE'>,
  tag: string,
): Promise<Reply> {
  const { mailboxId, messages } = await takeAppending(state);
  return new InProgress(state, tag).during(replaceOne(state, command, mailboxId, messages[0]!));
}

/** @throws what the store threw while the messages came */
async function takeAppending(
  state: SessionState,
): Promise<Pick<Appending, 'mailboxId'> & { readonly messages: readonly NewMessage[] }> {
  const appending = state.appending!;
  state.appending = undefined;
  if (appending.failure !== undefined) throw appending.failure.error;
  return { mailboxId: appending.mailboxId, messages: await withSpellings(state, appending) };
}

async function appendAll(
  state: SessionState,
  mailboxId: string,
  messages: readonly NewMessage[],
): Promise<Reply> {
  const { services, login } = state;
  const appended = await appendMessages(services.mail, login!.accountId, mailboxId, messages);
  if (appended.kind !== 'appended') return appendReplies[appended.kind];
  state.noteBrought(mailboxId, appended.uids);
  state.notifying?.watch?.own.noteSteps(appended.steps);
  return ok('Appended', appendUid(appended));
}

/** RFC 8508 §3.4: the code comes in an untagged response, before the EXPUNGE of what was replaced. */
async function replaceOne(
  state: SessionState,
  command: CommandOf<'REPLACE'>,
  to: string,
  message: NewMessage,
): Promise<Reply> {
  const { services, login, selected, out } = state;
  const replaced = {
    mailboxId: selected!.view.mailboxId,
    uid: uidMeant(selected!.told, command.message, command.uid),
  };
  const done = await replaceMessage(services.mail, login!.accountId, replaced, to, message);
  if (done.kind === 'no-such-message') return REPLIES.noSuchMessage;
  if (done.kind !== 'appended') return appendReplies[done.kind];
  state.noteBrought(to, done.uids);
  state.notifying?.watch?.own.noteSteps(done.steps);
  out.text(untaggedLine(ok('The new message', appendUid(done))));
  return ok('Replaced');
}

function appendUid({ uidValidity, uids }: Extract<Appended, { kind: 'appended' }>): string {
  return `APPENDUID ${uidValidity} ${formatSet(uids)}`;
}

/** Keywords as the mailbox has them. */
async function withSpellings(
  { services, login }: SessionState,
  { mailboxId, messages }: Appending,
): Promise<readonly NewMessage[]> {
  if (messages.every(({ keywords }) => keywords.length === 0)) return messages;
  using open = await services.mail.views.open(login!.accountId, mailboxId);
  if (open === undefined) return messages;
  return messages.map((message) => ({
    ...message,
    keywords: open.view.spellings(message.keywords),
  }));
}
