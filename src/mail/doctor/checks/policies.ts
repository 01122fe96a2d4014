/** P1 to P3: what a domain asks of those who send to it. */
import { X509Certificate } from 'node:crypto';
import { utf8 } from '#bytes';
import type { ServerContext } from '#mail/doctor/check';
import type { Context } from '#mail/doctor/context';
import { ask, judgeAtPlaces, noAnswer, type Asked } from '#mail/doctor/dns-questions';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { listenerNamed } from '#mail/doctor/own-listeners';
import { DAY, lastReport, listed, quoted } from '#mail/doctor/spoken-values';
import { usableTlsa, tlsaName } from '#protocol/dane/tlsa';
import { verifyDane } from '#protocol/dane/verify-chain';
import { txtText } from '#protocol/dns/resolver';
import { namesMx } from '#protocol/mta-sts/match-mx';
import { parseStsPolicy } from '#protocol/mta-sts/policy-file';
import { selectStsRecord } from '#protocol/mta-sts/record';
import { selectTlsrptRecord } from '#protocol/tlsrpt/record';
import { causeOf, tlsOf } from './certificates.ts';
import { isOurs } from './mail-exchange.ts';

/** Seconds. */
const WEEK = (7 * DAY) / 1000;

export async function mtaSts(context: Context): Promise<Outcome<'P1'>> {
  const { domain } = context;
  const name = `_mta-sts.${domain}`;
  return judgeAtPlaces(
    context,
    name,
    'TXT',
    (asked) => judgeSts(context, asked),
    // all places that have a record find the same policy
    ({ finding }) => !['absent', 'bad-record'].includes(finding),
  );
}

async function judgeSts(context: Context, { records }: Asked<'TXT'>): Promise<Outcome<'P1'>> {
  const record = selectStsRecord(records.map(txtText));
  if (record.kind === 'none') return { finding: 'absent', values: {} };
  if (record.kind === 'invalid') return { finding: 'bad-record', values: { cause: record.fault } };
  return context.share(`mta-sts ${context.domain}`, () => judgePolicy(context));
}

async function judgePolicy(context: Context): Promise<Outcome<'P1'>> {
  const { domain } = context;
  const url = `https://mta-sts.${domain}/.well-known/mta-sts.txt`;
  const fetched = await context.fetch(url, 'text/plain', context.signal);
  const answer = quoted(
    fetched.kind === 'fetched' ? fetched.body.replaceAll(/\r?\n/g, ' | ') : fetched.cause,
  );
  const evidence: Evidence[] = [{ asked: url, by: '', answer }];
  if (fetched.kind === 'failed')
    return { finding: 'not-there', values: { cause: quoted(fetched.cause) }, evidence };
  const parsed = parseStsPolicy(utf8(fetched.body));
  if (parsed.kind === 'invalid')
    return { finding: 'not-there', values: { cause: parsed.fault }, evidence };
  const { mode, mx, maxAge } = parsed.policy;
  const exchanges = await ask(context, domain, 'MX');
  evidence.push(exchanges.evidence);
  if (exchanges.answer.kind === 'failure')
    return noAnswer(exchanges.evidence.asked, exchanges.answer, evidence);
  const unlisted = exchanges.records
    .map(({ exchange }) => exchange)
    .filter((host) => !namesMx(mx, host));
  if (mode !== 'none' && unlisted.length > 0) {
    const names = listed(unlisted);
    return { finding: 'not-listed', values: { names }, evidence, about: names };
  }
  if (mode !== 'enforce') return { finding: 'testing', values: { mode }, evidence };
  return maxAge < WEEK
    ? { finding: 'short', values: { seconds: String(maxAge) }, evidence }
    : { finding: 'enforced', values: { days: String(Math.floor(maxAge / 86_400)) }, evidence };
}

export async function tlsReports(context: Context): Promise<Outcome<'P2'>> {
  const last = context.server?.domains.find(({ name }) => name === context.domain)?.reports.tls;
  return judgeAtPlaces(
    context,
    `_smtp._tls.${context.domain}`,
    'TXT',
    ({ records }): Outcome<'P2'> => {
      const texts = records.map(txtText);
      const record = selectTlsrptRecord(texts);
      if (record.kind === 'none') return { finding: 'none', values: {} };
      if (record.kind === 'invalid') {
        const values = { record: quoted(`${texts.join(' | ')} (${record.fault})`) };
        return { finding: 'broken', values };
      }
      const values = { addresses: listed(record.rua) };
      return last === undefined
        ? { finding: 'there', values }
        : { finding: 'arriving', values: { ...values, ...lastReport(last) } };
    },
    ({ finding }) => finding === 'there' || finding === 'arriving',
  );
}

export async function dane(context: ServerContext): Promise<Outcome<'P3'>> {
  const { domain, server, settings } = context;
  const mx = await ask(context, domain, 'MX');
  const evidence: Evidence[] = [mx.evidence];
  if (mx.answer.kind === 'failure') return noAnswer(mx.evidence.asked, mx.answer, evidence);
  const hosts = mx.records.map(({ exchange }) => exchange);
  const ours = await Promise.all(hosts.map((host) => isOurs(context, host)));
  const host = hosts.find((_, index) => ours[index]) ?? settings.hostname;
  const name = tlsaName(25, host);
  const asked = await ask(context, name, 'TLSA');
  evidence.push(asked.evidence);
  if (asked.answer.kind === 'failure') return noAnswer(name, asked.answer, evidence);
  if (asked.answer.kind !== 'records') return { finding: 'none', values: { name }, evidence };
  if (!asked.answer.authenticated) return { finding: 'unvalidated', values: { name }, evidence };
  const listener = listenerNamed(server, 'smtp');
  const shown = listener && !listener.proxied ? await tlsOf(context, listener) : undefined;
  if (shown?.kind !== 'secured') {
    const cause = shown === undefined ? 'PROXY' : causeOf(shown);
    return { finding: 'no-certificate', values: { name: host, cause }, evidence };
  }
  const verdict = verifyDane({
    chain: shown.chain.map((der) => new X509Certificate(der)),
    records: usableTlsa(asked.records),
    names: [host, domain],
    now: context.realNow(),
  });
  const count = String(asked.records.length);
  return verdict.kind === 'verified'
    ? { finding: 'fits', values: { name, count }, evidence }
    : { finding: 'mismatch', values: { name }, evidence, about: verdict.reason };
}
