/** Which provider's ids a message of the learner's server has: the reply to each attempt names them, and each is the key of a kept trace. */
import { isId, timeOfId } from '#store/database/ids';
import type { Pool } from '#store/database/open';
import { dialoguesOfMessage } from '#store/events/dialogues';
import { eventsOfMessage, type StoredEvent } from '#store/events/events';
import type { TraceRow } from '#store/lab/provider-mail';
import { tracesNamed, tracesWithCode } from '#store/lab/replay';
import type { Provider } from './rule.ts';

/** What is read of a message that was tried very often, or goes to very many. */
const MOST_IDS = 500;

/** The traces of a message, oldest first; empty where no provider saw it. */
export async function tracesOfMessage(
  pool: Pool,
  messageId: string,
  providers: readonly Pick<Provider, 'name' | 'mx'>[],
): Promise<TraceRow[]> {
  const [events, dialogues] = await Promise.all([
    eventsOfMessage(pool, messageId),
    dialoguesOfMessage(pool, messageId),
  ]);
  const said = dialogues.flatMap(({ entries }) =>
    entries.map((entry) => ('line' in entry ? entry.line : '')),
  );
  const ids = idsIn([...events.map(replyOf), ...said]).slice(0, MOST_IDS);
  const found = ids.length === 0 ? [] : await tracesNamed(pool, ids);
  if (found.length > 0) return found;
  return (await Promise.all(events.map((event) => byOutcome(pool, event, providers)))).flat();
}

function idsIn(texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => text.match(/\b[0-9a-hjkmnp-tv-z]{13}\b/g) ?? []);
  return [...new Set(words.filter(isId))];
}

function replyOf({ personal }: StoredEvent): string {
  const { reply } = personal;
  return typeof reply === 'string' ? reply : '';
}

/** In an exam a refusal does not say its id: then what the provider decided during the attempt, where it is one thing alone. */
async function byOutcome(
  pool: Pool,
  { at, ids, public: fields }: StoredEvent,
  providers: readonly Pick<Provider, 'name' | 'mx'>[],
): Promise<TraceRow[]> {
  const { host, code } = fields;
  const provider = providers.find(({ mx }) => mx === host);
  if (provider === undefined || typeof code !== 'number' || ids.attemptId === undefined) return [];
  const since = timeOfId(ids.attemptId);
  const found = await tracesWithCode(pool, { provider: provider.name, since, until: at, code });
  return found.length === 1 ? found : [];
}
