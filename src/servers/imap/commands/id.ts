/** ID (RFC 2971): who we are; what the client says of itself is for the operator's log. */
import type { CommandOf } from '#protocol/imap/command';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';

export function id(state: SessionState, { fields }: CommandOf<'ID'>): Reply {
  const told = fields.filter(([name]) => /^(name|version)$/i.test(name));
  if (told.length > 0)
    state.services.log.debug('imap.client', { session: state.id, ...Object.fromEntries(told) });
  state.out.text('* ID ("name" "Hikyaku")\r\n');
  return ok('Pleased to meet you');
}
