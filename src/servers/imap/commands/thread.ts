/** THREAD (RFC 5256 §3). */
import {
  formatThreads,
  orderedSubjectThreads,
  referencesThreads,
  type ThreadFacts,
  type ThreadNode,
} from '#protocol/imap/thread';
import type { CommandOf } from '#servers/imap/commands';
import { ok, type Reply } from '#servers/imap/reply';
import { namesModseq, numberer, runSearch } from '#servers/imap/search/run';
import { threadFacts } from '#servers/imap/search/sort-facts';
import type { SessionState } from '#servers/imap/session-state';

const ALGORITHMS: Readonly<
  Record<
    CommandOf<'THREAD'>['algorithm'],
    (messages: readonly ThreadFacts[]) => readonly ThreadNode[]
  >
> = {
  REFERENCES: referencesThreads,
  ORDEREDSUBJECT: orderedSubjectThreads,
};

export async function thread(
  state: SessionState,
  { key, algorithm, uid }: CommandOf<'THREAD'>,
  tag: string,
): Promise<Reply> {
  if (namesModseq(key)) state.enabled.condstore = true;
  const { now, places } = await runSearch(state, tag, key);
  const facts = await threadFacts(state, now, places, numberer(state, now, uid));
  const threads = formatThreads(ALGORITHMS[algorithm](facts));
  state.out.text(`* THREAD${threads === '' ? '' : ` ${threads}`}\r\n`);
  return DONE;
}

const DONE = ok('Threads told');
