/** What can be replayed, newest first: messages, sessions, what providers were brought, and questions of the DNS. Pure. */
import type { AskedQuestion } from '#lab/dns/questions';
import { printable } from '#mail/story/terminal-text';
import type { Language } from '#protocol/dsn/language';
import type { RecentThing } from '#store/lab/replay';
import type { Places } from './places.ts';

export interface RecentRow {
  /** What `lab replay` takes. */
  readonly id: string;
  readonly kind: RecentThing['kind'] | 'question';
  /** RFC 3339. */
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly what: string;
}

/** Questions among them, so that they do not push everything else away. */
const QUESTIONS = 5;

export function recentRows(
  things: readonly RecentThing[],
  questions: readonly AskedQuestion[],
  { nameOf, resolver }: Pick<Places, 'nameOf' | 'resolver'>,
  language: Language,
  limit: number,
): RecentRow[] {
  const asked = questions
    .filter(({ from, to }) => to === resolver && from !== resolver)
    .slice(-QUESTIONS)
    .map(({ number, at, from, to, name, type }) => ({
      id: `dns:${number}`,
      kind: 'question' as const,
      at,
      from: nameOf(from, language),
      to: nameOf(to, language),
      what: `${type} ${name}`,
    }));
  const others = things.map((thing) =>
    thing.kind === 'session' ? { ...thing, from: nameOf(thing.from, language) } : thing,
  );
  return [...others, ...asked]
    .sort((a, b) => b.at - a.at)
    .slice(0, limit)
    .map(rowOf);
}

function rowOf({
  id,
  kind,
  at,
  from,
  to,
  what,
}: Omit<RecentRow, 'at'> & { at: number }): RecentRow {
  return {
    id,
    kind,
    at: new Date(at).toISOString(),
    from: printable(from),
    to: printable(to),
    what: printable(what),
  };
}
