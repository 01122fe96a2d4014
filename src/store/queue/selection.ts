/** Which recipients an operator means, as SQL. */

/** Of a message, of a domain (A-labels), or all. */
export type QueueSelection =
  | { readonly kind: 'message'; readonly id: string }
  | { readonly kind: 'domain'; readonly domain: string }
  | { readonly kind: 'all' };

/** A condition on `queue_recipients r`, with $1 a message, $2 a domain; null stands for any. */
export const SELECTED = `($1::text is null or r.message_id = $1)
  and ($2::text is null or r.domain = $2 or (r.domain = '' and r.forward_path like '%@' || $2))`;

/** The values of $1 and $2. */
export function selected(selection: QueueSelection): [id: string | null, domain: string | null] {
  return [
    selection.kind === 'message' ? selection.id : null,
    selection.kind === 'domain' ? selection.domain : null,
  ];
}
