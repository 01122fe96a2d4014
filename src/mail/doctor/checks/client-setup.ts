/** A1: how mail programs find their hosts and ports (RFC 6186, RFC 8314, autoconfig, Autodiscover), and whether they can log in there. */
import { X509Certificate } from 'node:crypto';
import type { TlsStart } from '#clients/probe/probe';
import type { Context } from '#mail/doctor/context';
import { addressesOf, ask, noAnswer } from '#mail/doctor/dns-questions';
import { fetchPage } from '#mail/doctor/fetch-page';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { judgeEverywhere } from '#mail/doctor/places';
import { listed } from '#mail/doctor/spoken-values';
import type { SrvData } from '#protocol/dns/resolver';
import { causeOf } from './certificates.ts';
import { isOurs } from './mail-exchange.ts';

/** RFC 8314 §5.1: those under TLS from the first octet are the ones to have. */
const WANTED: ReadonlySet<string> = new Set(['_submissions._tcp', '_imaps._tcp']);
const STARTS: Readonly<Record<string, TlsStart>> = {
  '_submissions._tcp': 'implicit',
  '_imaps._tcp': 'implicit',
  '_submission._tcp': 'smtp',
  '_imap._tcp': 'imap',
};

interface Asked {
  readonly service: string;
  readonly name: string;
  /** Those that lead somewhere: «.» says that there is none (RFC 2782). */
  readonly records: readonly SrvData[];
}

export function clientSetup(context: Context): Promise<Outcome<'A1'>> {
  return judgeEverywhere(context, judgeSetup, ({ finding }) => finding === 'all');
}

async function judgeSetup(context: Context): Promise<Outcome<'A1'>> {
  const asked = await Promise.all(
    Object.keys(STARTS).map(async (service) => {
      const name = `${service}.${context.domain}`;
      const { answer, records, evidence } = await ask(context, name, 'SRV');
      const real = records.filter(({ target }) => target !== '.' && target !== '');
      return { service, name, answer, records: real, count: records.length, evidence };
    }),
  );
  const evidence: Evidence[] = asked.map((one) => one.evidence);
  for (const { name, records } of asked) {
    for (const { target } of records) {
      if (await isOurs(context, target)) continue;
      return { finding: 'other-host', values: { name, target }, evidence, about: target };
    }
  }
  for (const { name, answer } of asked)
    if (answer.kind === 'failure') return noAnswer(name, answer, evidence);
  const tried = await context.share(`client tls ${context.domain}`, () =>
    tryTargets(context, asked),
  );
  evidence.push(...tried.evidence);
  if (tried.outcome) return { ...tried.outcome, evidence };
  const missing = asked.filter(({ service, count }) => WANTED.has(service) && count === 0);
  if (missing.length > 0) {
    const names = listed(missing.map(({ name }) => name));
    return { finding: 'no-srv', values: { names }, evidence, about: names };
  }
  const pages = await context.share(`client pages ${context.domain}`, () => lookAtPages(context));
  return { ...pages, evidence: [...evidence, ...(pages.evidence ?? [])] };
}

interface Tried {
  readonly outcome: Outcome<'A1'> | undefined;
  readonly evidence: readonly Evidence[];
}

/** As a mail program would; not of a development server, whose certificate nobody trusts (T1). TLS at the target, and a certificate for its name (RFC 8314 §5.1). */
async function tryTargets(context: Context, asked: readonly Asked[]): Promise<Tried> {
  if (context.settings.mode === 'dev') return { outcome: undefined, evidence: [] };
  const looked = await Promise.all(
    asked.flatMap(({ service, name, records }) =>
      records.map((record) => tryTarget(context, { name, start: STARTS[service]!, record })),
    ),
  );
  return {
    outcome: looked.find(({ outcome }) => outcome !== undefined)?.outcome,
    evidence: looked.flatMap((one) => one.evidence),
  };
}

async function tryTarget(
  context: Context,
  way: { readonly name: string; readonly start: TlsStart; readonly record: SrvData },
): Promise<Tried> {
  const { name, start, record } = way;
  const { target, port } = record;
  const { addresses, evidence } = await addressesOf(context, target);
  const wrong = (cause: string): Outcome<'A1'> => ({
    finding: 'no-tls',
    values: { name, target: `${target}:${port}`, cause },
    about: name,
  });
  const [address] = addresses;
  if (address === undefined) return { outcome: wrong('no address'), evidence };
  const question = { address, port, start, serverName: target };
  const answer = await context.probes.tls(question, context.signal);
  const seen = [
    ...evidence,
    { asked: `TLS ${target}:${port}`, by: address, answer: causeOf(answer) },
  ];
  if (answer.kind !== 'secured') return { outcome: wrong(causeOf(answer)), evidence: seen };
  const certificate = new X509Certificate(answer.chain[0]!);
  const cause =
    certificate.checkHost(target) === undefined
      ? `certificate of ${certificate.subjectAltName ?? certificate.subject}`
      : answer.untrusted;
  return { outcome: cause === undefined ? undefined : wrong(cause), evidence: seen };
}

interface WantedPage {
  readonly url: string;
  readonly finding: 'no-autoconfig' | 'no-autodiscover';
  /** What stands in every answer of its kind. */
  readonly mark: string;
}

async function lookAtPages(context: Context): Promise<Outcome<'A1'>> {
  const { domain } = context;
  const wanted: readonly WantedPage[] = [
    {
      url: `https://autoconfig.${domain}/mail/config-v1.1.xml`,
      finding: 'no-autoconfig',
      mark: '<clientConfig',
    },
    {
      // without a request it answers that it got none, which shows that it is there
      url: `https://autodiscover.${domain}/autodiscover/autodiscover.xml`,
      finding: 'no-autodiscover',
      mark: '<Autodiscover',
    },
  ];
  const looked = await Promise.all(
    wanted.map(async ({ url, finding, mark }) => {
      const absent = `no ${mark.slice(1)}`;
      const { fetched, evidence } = await fetchPage(context, url, 'text/xml', (body) =>
        body.includes(mark) ? mark.slice(1) : absent,
      );
      const isThere = fetched.kind === 'fetched' && fetched.body.includes(mark);
      return { finding, isThere, evidence };
    }),
  );
  const evidence = looked.map((one) => one.evidence);
  const missing = looked.find(({ isThere }) => !isThere);
  return missing === undefined
    ? { finding: 'all', values: {}, evidence }
    : { finding: missing.finding, values: { cause: missing.evidence.answer }, evidence };
}
