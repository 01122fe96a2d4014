/** A page by HTTPS, with its evidence. */
import type { Context, Fetched } from './context.ts';
import type { Evidence } from './outcome.ts';
import { quoted } from './spoken-values.ts';

export interface Page {
  readonly fetched: Fetched;
  readonly evidence: Evidence;
}

/** @param shown what evidence shows of a page that came */
export async function fetchPage(
  { fetch, monotonic, signal }: Context,
  url: string,
  mediaType: string,
  shown: (body: string) => string,
): Promise<Page> {
  const start = monotonic();
  const fetched = await fetch(url, mediaType, signal);
  const took = monotonic() - start;
  const answer = quoted(fetched.kind === 'fetched' ? shown(fetched.body) : fetched.cause);
  return { fetched, evidence: { asked: url, by: fetched.by ?? '', answer, took } };
}
