/**
 * SORT (RFC 5256, RFC 5957): the messages that were found, in the order of some keys. Of each message only what the keys look at is
 * kept.
 * Called by servers/imap.
 */
import type { SortKey } from '#protocol/imap/command';
import { sorted, type SortFacts } from '#protocol/imap/sort';
import { FACTS_AT_ONCE, readFacts, type EmailFacts } from '#store/mailboxes/facts';
import type { SearchContext } from './find-messages.ts';
import { placesNow } from './view-keys.ts';

/**
 * @param found places in `numbered`, rising
 * @returns the same places in their order; those that were purged meanwhile are left out
 */
export async function sortMessages(
  context: SearchContext,
  found: Uint32Array,
  keys: readonly SortKey[],
): Promise<Uint32Array> {
  const facts: SortFacts[] = [];
  const by = new Set(keys.map((key) => key.by));
  const summary = keys.some((key) => !['ARRIVAL', 'SIZE'].includes(key.by));
  for await (const [place, email] of emailsOf(context, found, { summary }))
    facts.push(sortFacts(place, email, by));
  return Uint32Array.from(sorted(facts, keys));
}

/** The emails of places in `numbered`, some hundred in one question. */
export async function* emailsOf(
  context: SearchContext,
  found: Uint32Array,
  wanted: { readonly summary: boolean },
): AsyncGenerator<readonly [place: number, facts: EmailFacts]> {
  const { pool, accountId, view, pause } = context;
  const now = placesNow(context, found);
  const ask = (at: number): Promise<(EmailFacts | undefined)[]> => {
    const ids = Float64Array.from(
      now.subarray(at, at + FACTS_AT_ONCE),
      (place) => view.emailIds[place]!,
    );
    const asked = readFacts(pool, accountId, ids, wanted);
    // its failure is heard when it is awaited
    asked.catch(() => {});
    return asked;
  };
  let coming = ask(0);
  for (let at = 0; at < found.length; at += FACTS_AT_ONCE) {
    const emails = await coming;
    if (at + FACTS_AT_ONCE < found.length) coming = ask(at + FACTS_AT_ONCE);
    for (const [i, facts] of emails.entries()) if (facts) yield [found[at + i]!, facts];
    await pause(at, found.length);
  }
}

const NONE: SortFacts['from'] = [];

function sortFacts(
  place: number,
  { receivedAt, size, summary }: EmailFacts,
  by: ReadonlySet<SortKey['by']>,
): SortFacts {
  return {
    number: place,
    receivedAt,
    size,
    date: summary?.date,
    baseSubject: by.has('SUBJECT') ? summary!.baseSubject : '',
    from: by.has('FROM') || by.has('DISPLAYFROM') ? summary!.from.slice(0, 1) : NONE,
    to: by.has('TO') || by.has('DISPLAYTO') ? summary!.to.slice(0, 1) : NONE,
    cc: by.has('CC') ? summary!.cc.slice(0, 1) : NONE,
  };
}
