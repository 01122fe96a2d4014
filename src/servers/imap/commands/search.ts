/** SEARCH (RFC 9051 §6.4.4, RFC 4731, RFC 5182, RFC 9394). */
import type { CommandOf, SearchReturn } from '#protocol/imap/command';
import type { Reply } from '#servers/imap/responses/reply';
import { answerSearch } from '#servers/imap/search/answer';
import type { SessionState } from '#servers/imap/session-state';

export function search(
  state: SessionState,
  command: CommandOf<'SEARCH'>,
  tag: string,
): Promise<Reply> {
  // RFC 9051 §6.4.4: IMAP4rev2 has no other answer than ESEARCH
  const asked = command.return ?? (state.enabled.rev2 ? ALL : undefined);
  return answerSearch(state, tag, command, asked, (_, found) => found);
}

const ALL: SearchReturn = {
  min: false,
  max: false,
  all: true,
  count: false,
  save: false,
  partial: undefined,
};
