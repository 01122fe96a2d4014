/** SORT (RFC 5256, RFC 5267 §3, RFC 5957). */
import { sortMessages } from '#mail/search/find/sort-messages';
import type { CommandOf } from '#protocol/imap/command';
import type { Reply } from '#servers/imap/responses/reply';
import { answerSearch } from '#servers/imap/search/answer';
import type { SessionState } from '#servers/imap/session-state';

export function sort(state: SessionState, command: CommandOf<'SORT'>, tag: string): Promise<Reply> {
  return answerSearch(state, tag, command, command.return, (context, found) =>
    sortMessages(context, found, command.sort),
  );
}
