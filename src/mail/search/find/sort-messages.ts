/**
 * SORT (RFC 5256, RFC 5957): the messages that were found, in the order of some keys. Of each message only what the keys look at is
 * kept.
 * Called by servers/imap.
 */
import type { SearchContext } from '#mail/search/keys/search-state';
import { placesNow } from '#mail/search/keys/view-keys';
import type { SortKey } from '#protocol/imap/command';
import { sortOrder, sortValues, wantsSummary, type SortValues } from '#protocol/imap/sort';
import { sortInPieces } from '#protocol/imap/sort-in-pieces';
import { FACTS_AT_ONCE, readFacts, type EmailFacts } from '#store/mailboxes/read/facts';

/**
 * @param found places in `numbered`, rising
 * @returns the same places in their order; those that were purged meanwhile are left out
 */
export async function sortMessages(
  context: SearchContext,
  found: Uint32Array,
  keys: readonly SortKey[],
): Promise<Uint32Array> {
  const messages: { readonly place: number; readonly values: SortValues }[] = [];
  for await (const [place, facts] of emailsOf(context, found, { summary: wantsSummary(keys) }))
    messages.push({ place, values: sortValues(facts, keys) });
  const order = sortOrder(keys);
  const sorted = await sortInPieces(
    messages,
    (a, b) => order(a.values, b.values),
    () => context.pause(found.length, found.length),
  );
  return Uint32Array.from(sorted, ({ place }) => place);
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
