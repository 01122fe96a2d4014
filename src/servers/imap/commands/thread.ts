/** THREAD (RFC 5256 §3). */
import { threadMessages } from '#mail/search/find/thread-messages';
import { formatThreads } from '#protocol/imap/thread';
import type { CommandOf } from '#protocol/imap/command';
import { ok, type Reply } from '#servers/imap/responses/reply';
import { numberer, runSearch } from '#servers/imap/search/run';
import type { SessionState } from '#servers/imap/session-state';

export async function thread(
  state: SessionState,
  { key, algorithm, uid }: CommandOf<'THREAD'>,
  tag: string,
): Promise<Reply> {
  const ran = await runSearch(state, tag, key, state.saved);
  if (ran.kind === 'refused') return ran.reply;
  const { context, places } = ran;
  const threads = await threadMessages(context, places, algorithm, numberer(context, uid));
  state.out.text(`* THREAD${threads.length === 0 ? '' : ` ${formatThreads(threads)}`}\r\n`);
  return DONE;
}

const DONE = ok('Threads told');
