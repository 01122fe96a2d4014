/** R2 and C2: what readers think of the mail, and whether they can leave. */
import type { ServerContext } from '#mail/doctor/check';
import { fetchPage } from '#mail/doctor/fetch-page';
import type { Outcome } from '#mail/doctor/outcome';
import type { ComplaintFacts } from '#mail/doctor/server-facts';

/** Delivered messages below which one complaint says nothing of the next. */
const LEAST = 100;
/** Percent: what Gmail and Yahoo ask for. */
const COMPLAINTS = { fine: 0.1, bearable: 0.3 };

export function complaintRate({ server }: ServerContext): Outcome<'R2'> {
  const { complaints } = server.traffic;
  const delivered = complaints.reduce((sum, site) => sum + site.delivered, 0);
  const looked = complaints.filter((site) => site.delivered >= LEAST);
  const worst = looked.toSorted((a, b) => shareOf(b) - shareOf(a))[0];
  if (worst === undefined) return { finding: 'too-few', values: { count: String(delivered) } };
  const values = {
    site: worst.site,
    count: String(worst.delivered),
    share: String(Math.round(100 * shareOf(worst)) / 100),
  };
  if (shareOf(worst) < COMPLAINTS.fine) return { finding: 'few', values };
  const finding = shareOf(worst) < COMPLAINTS.bearable ? 'some' : 'many';
  return { finding, values, about: worst.site };
}

function shareOf({ delivered, complaints }: ComplaintFacts): number {
  return (100 * complaints) / delivered;
}

/** A day with as many is one of a bulk sender, to Gmail and Yahoo. */
const BULK = 5000;

export async function oneClick(context: ServerContext): Promise<Outcome<'C2'>> {
  const outcome = judgeBulk(context);
  const { leaving, outside, mode } = context.settings;
  // where readers leave is no matter before there are any, nor where nobody outside gets mail
  if (outcome.finding === 'no-bulk' || leaving === '' || !outside || mode === 'dev') return outcome;
  const { fetched, evidence } = await fetchPage(context, leaving, 'text/html', () => 'a page');
  // for a token of nobody «not found» is the right answer
  const isThere = fetched.kind === 'fetched' || /^status: [24]/.test(fetched.cause);
  if (isThere || outcome.finding === 'unsigned') return { ...outcome, evidence: [evidence] };
  return { finding: 'closed', values: { cause: evidence.answer }, evidence: [evidence] };
}

function judgeBulk({ server }: ServerContext): Outcome<'C2'> {
  const { messages, oneClick: good, unsigned, mostADay } = server.traffic.bulk;
  const count = String(messages);
  if (messages === 0) return { finding: 'no-bulk', values: {} };
  if (unsigned > 0) return { finding: 'unsigned', values: { count, missing: String(unsigned) } };
  if (good === messages) return { finding: 'good', values: { count } };
  const missing = String(messages - good);
  return mostADay >= BULK
    ? { finding: 'many-without', values: { count, missing, most: String(mostADay) } }
    : { finding: 'some', values: { count, missing } };
}
