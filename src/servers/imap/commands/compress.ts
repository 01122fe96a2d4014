/** COMPRESS (RFC 4978). */
import type { CommandOf } from '#protocol/imap/command';
import { REPLIES } from '#servers/imap/responses/replies';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';

export function compress(state: SessionState, { algorithm }: CommandOf<'COMPRESS'>): Reply {
  if (algorithm !== 'DEFLATE') return REPLIES.unknownCompression;
  if (state.link.compression !== undefined) return REPLIES.compressed;
  if (state.services.compressed.now >= state.settings.limits.compressedSessions)
    return REPLIES.tooManyCompressed;
  state.after = 'compress';
  return ok('Deflate from here on');
}
