/** A1: how mail programs find their hosts and ports (RFC 6186, RFC 8314, autoconfig). */
import type { Context } from '#mail/doctor/context';
import { ask, noAnswer } from '#mail/doctor/dns-questions';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { listed, quoted } from '#mail/doctor/spoken-values';
import { isOurs } from './mail-exchange.ts';

/** RFC 8314 §5.1: those under TLS from the first octet are the ones to have. */
const WANTED = ['_submissions._tcp', '_imaps._tcp'] as const;
const ALLOWED = ['_submission._tcp', '_imap._tcp'] as const;

export async function clientSetup(context: Context): Promise<Outcome<'A1'>> {
  const { domain } = context;
  const asked = await Promise.all(
    [...WANTED, ...ALLOWED].map(async (service) => {
      const name = `${service}.${domain}`;
      const { answer, records, evidence } = await ask(context, name, 'SRV');
      return { service, name, answer, records, evidence };
    }),
  );
  const evidence: Evidence[] = asked.map((one) => one.evidence);
  for (const { name, records } of asked) {
    for (const { target } of records) {
      // «.» says that there is none (RFC 2782)
      if (target === '.' || target === '' || (await isOurs(context, target))) continue;
      return { finding: 'other-host', values: { name, target }, evidence, about: target };
    }
  }
  for (const { name, answer } of asked)
    if (answer.kind === 'failure') return noAnswer(name, answer, evidence);
  const wanted: readonly string[] = WANTED;
  const missing = asked.filter(
    ({ service, records }) => wanted.includes(service) && records.length === 0,
  );
  if (missing.length > 0) {
    const names = listed(missing.map(({ name }) => name));
    return { finding: 'no-srv', values: { names }, evidence, about: names };
  }
  const url = `https://autoconfig.${domain}/mail/config-v1.1.xml`;
  const fetched = await context.fetch(url, 'text/xml', context.signal);
  const cause = fetched.kind === 'failed' ? quoted(fetched.cause) : 'no clientConfig';
  const isThere = fetched.kind === 'fetched' && fetched.body.includes('<clientConfig');
  evidence.push({ asked: url, by: '', answer: isThere ? 'clientConfig' : cause });
  return isThere
    ? { finding: 'all', values: {}, evidence }
    : { finding: 'no-autoconfig', values: { cause }, evidence };
}
