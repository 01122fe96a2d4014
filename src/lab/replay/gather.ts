/** Everything that is kept of the way of a message, from the event log, the dialogues, and what the parties of the practice Internet remember. */
import type { AskedQuestion } from '#lab/dns/questions';
import type { ClientFacts, MessageFacts } from '#lab/providers/facts';
import { tracesOfMessage } from '#lab/providers/own-message';
import type { Provider } from '#lab/providers/rule';
import type { TraceEntry } from '#lab/providers/rules/evaluate';
import { tellTrace } from '#lab/providers/rules/tell-trace';
import type { Mode } from '#lab/providers/start';
import type { Language } from '#protocol/dsn/language';
import { isId } from '#store/database/ids';
import type { Pool } from '#store/database/open';
import { dialoguesOfMessage } from '#store/events/dialogues';
import { eventsOfMessage } from '#store/events/events';
import type { TraceRow } from '#store/lab/provider-mail';
import { copiesOf, lettersNaming, type FoundCopy, type FoundLetter } from '#store/lab/replay';
import type { HostSessions } from './host-sessions.ts';
import type { HttpExchanges } from './http/exchanges.ts';
import type { Journey, JourneyMessage, Letter, Visit } from './gathered.ts';
import { exchangesOf } from './related.ts';

export interface Sources {
  readonly pool: Pool;
  readonly providers: { readonly all: readonly Provider[]; readonly mode: Mode };
  readonly questions: { list(): readonly AskedQuestion[] };
  readonly sessions: Pick<HostSessions, 'list' | 'find' | 'naming'>;
  readonly http: Pick<HttpExchanges, 'list'>;
}

/** A message, with those that it caused and that came back because of it. */
const MOST_MESSAGES = 50;

/** Where an event names a message that this one caused. */
const CAUSES: Readonly<Record<string, string>> = {
  'notice.sent': 'noticeId',
  'message.forwarded': 'forwardId',
};

/** @returns undefined where nothing is kept of it */
export async function gatherMessage(
  sources: Sources,
  messageId: string,
  language: Language,
): Promise<Journey | undefined> {
  const { pool, providers, questions } = sources;
  const messages: JourneyMessage[] = [];
  const traces = new Map<string, TraceRow>();
  const letters: FoundLetter[] = [];
  const wanted = [messageId];
  for (const id of wanted) {
    if (messages.length === MOST_MESSAGES) break;
    const [events, dialogues] = await Promise.all([
      eventsOfMessage(pool, id),
      dialoguesOfMessage(pool, id),
    ]);
    if (events.length === 0) continue;
    messages.push({ id, events, dialogues });
    for (const trace of await tracesOfMessage(pool, id, providers.all)) traces.set(trace.id, trace);
    for (const { type, at, public: fields, personal } of events) {
      add(wanted, fields[CAUSES[type] ?? '']);
      const { messageIdField } = personal;
      if (type !== 'message.submitted' || typeof messageIdField !== 'string') continue;
      letters.push(...(await lettersNaming(pool, { messageIdField, since: at })));
      for (const { said } of letters) add(wanted, said.split(' ').find(isId));
    }
  }
  if (messages.length === 0) return undefined;
  return {
    messages,
    visits: await visitsOf(sources, [...traces.values()], language),
    letters: letters.flatMap((letter) => letterOf(letter, providers.all)),
    exchanges: exchangesOf(messages, sources.http.list()),
    questions: questions.list(),
  };
}

function add(wanted: string[], id: unknown): void {
  if (typeof id === 'string' && !wanted.includes(id)) wanted.push(id);
}

/** A message that a provider got from elsewhere. */
export async function gatherVisit(
  sources: Sources,
  trace: TraceRow,
  language: Language,
): Promise<Journey> {
  return {
    messages: [],
    visits: await visitsOf(sources, [trace], language),
    letters: [],
    exchanges: [],
    questions: sources.questions.list(),
  };
}

async function visitsOf(
  { pool, providers, sessions }: Sources,
  traces: readonly TraceRow[],
  language: Language,
): Promise<Visit[]> {
  const copies = await copiesOf(
    pool,
    traces.map(({ id }) => id),
  );
  return traces.flatMap((trace) => {
    const provider = providers.all.find(({ name }) => name === trace.provider);
    if (provider === undefined) return [];
    const learns = providers.mode === 'learn';
    const { code, enhanced, verdict, id: traceId, at } = trace;
    const { client, message } = trace.facts as unknown as Facts;
    const { domain, mx: host } = provider;
    const entries = trace.trace as readonly TraceEntry[];
    return {
      traceId,
      host,
      at,
      outcome: [code, enhanced, learns && verdict].filter(Boolean).join(' '),
      told: learns ? tellTrace(provider, entries, language) : undefined,
      client: client.ip,
      senders: sendersOf(client, message),
      session: sessions.naming(host, traceId),
      copies: copies.filter((copy) => copy.traceId === traceId).map((copy) => copyOf(copy, domain)),
    };
  });
}

/** As they were kept with the trace (`lab/providers/reception/reception.ts`). */
interface Facts {
  readonly client: ClientFacts;
  /** Not there where it was refused before its content. */
  readonly message?: MessageFacts;
}

function sendersOf(client: ClientFacts, message: MessageFacts | undefined): string[] {
  const { reversePath } = client;
  const names = [
    client.ehlo,
    client.spfDomain,
    reversePath.slice(reversePath.lastIndexOf('@') + 1),
    message?.authorDomain ?? '',
    ...(message?.dkim ?? []).map(({ domain }) => domain),
  ];
  return [...new Set(names.filter((name) => name !== '').map((name) => name.toLowerCase()))];
}

function copyOf({ person, folder, receivedAt: at, acts }: FoundCopy, domain: string) {
  return { person: `${person}@${domain}`, folder, at, acts };
}

function letterOf({ provider, ...letter }: FoundLetter, all: readonly Provider[]): Letter[] {
  const host = all.find(({ name }) => name === provider)?.out;
  return host === undefined ? [] : [{ ...letter, host }];
}
