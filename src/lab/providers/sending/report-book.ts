/**
 * What a provider reports to the owners of domains once a day is over: DMARC aggregate reports (RFC 9990) of what came in their name, and
 * TLS reports (RFC 8460) of how it reached their hosts. Counted in memory, written down with the rest.
 */
import { gzipSync } from 'node:zlib';
import type { Ground } from '#lab/ground';
import { publishedIn } from '#lab/providers/reception/read-facts';
import type { Judged } from '#lab/providers/reception/reception';
import type { Provider } from '#lab/providers/rule';
import { dateOf } from '#lab/providers/senders/memory';
import { findProvider } from '#lab/providers/tables/list';
import { reportedPolicies } from '#mail/reports/build-tls-report';
import { reportLines, dmarcReportLines } from '#mail/reports/report-texts';
import type { HostPolicy } from '#mail/tls-policy/host-policy';
import type { SessionNote } from '#mail/tls-policy/ledger';
import { reportDestinations } from '#protocol/dmarc-report/destinations';
import { formatDmarcReport } from '#protocol/dmarc-report/format';
import { composeDmarcReportMail } from '#protocol/dmarc-report/report-mail';
import type {
  DmarcAggregateReport,
  PublishedPolicy,
  ReportedRow,
} from '#protocol/dmarc-report/report';
import { recordLookup } from '#protocol/dmarc/record-lookup';
import { txtText, type Resolver } from '#protocol/dns/resolver';
import { selectTlsrptRecord } from '#protocol/tlsrpt/record';
import { formatTlsReport } from '#protocol/tlsrpt/report';
import { composeReportMail } from '#protocol/tlsrpt/report-mail';
import {
  countReported,
  takeReported,
  unreported,
  type SeenRow,
} from '#store/lab/provider-reported';
import type { SessionCount } from '#store/tls-policy/sessions';
import type { NewLetter } from './outbox.ts';

export interface ReportBookOptions {
  readonly ground: Ground;
  readonly resolver: Resolver;
  readonly providers: readonly Provider[];
  readonly add: (letter: NewLetter) => Promise<void>;
}

const DAY = 24 * 60 * 60 * 1000;
/** Kinds of rows in memory. */
const MOST_KINDS = 5000;
/** Characters of what a host says of itself. */
const LONGEST_WORD = 200;
/** What the table of rows holds of TLS sessions is told apart from what it holds of messages by this. */
const TLS = 'tls:';

/** With the policy by which it was judged: its owner may have changed it before the report goes out. */
interface DmarcRow extends Omit<ReportedRow, 'messages'> {
  readonly policy: PublishedPolicy;
}
type TlsRow = Omit<SessionCount, 'sessions'>;

export class ReportBook {
  readonly #options: ReportBookOptions;
  #seen = new Map<string, { row: Omit<SeenRow, 'messages'>; messages: number }>();
  #writing: Promise<void> = Promise.resolve();

  constructor(options: ReportBookOptions) {
    this.#options = options;
  }

  /** A message came in the name of a domain. What is to come again is counted when it has. */
  judged({ provider, client, message, refused, folder }: Judged): void {
    const { published } = message;
    if (!provider.reports.dmarc || published === undefined) return;
    if (refused !== undefined && refused.code < 500) return;
    const failed = message.dmarc === 'fail';
    const row: DmarcRow = {
      policy: published,
      sourceIp: client.ip,
      disposition:
        failed && refused !== undefined && message.policy === 'reject'
          ? 'reject'
          : failed && folder === 'spam' && message.policy === 'quarantine'
            ? 'quarantine'
            : 'none',
      dkimAligned: message.alignedDkim,
      spfAligned: message.alignedSpf,
      reasons: [],
      headerFrom: message.authorDomain,
      envelopeFrom: client.reversePath.slice(client.reversePath.lastIndexOf('@') + 1),
      envelopeTo: '',
      dkim: message.dkim.map(({ domain, selector, result }) => ({ domain, selector, result })),
      spf: [{ domain: client.spfDomain, scope: 'mfrom', result: client.spf }],
    };
    this.#count(provider, message.policyDomain, row);
  }

  /** How TLS went with a host to which a letter of the provider was to go. */
  reached(provider: Provider, policy: HostPolicy, note: SessionNote): void {
    if (!provider.reports.tls) return;
    const { recipientDomain, type, domain, strings, mxPatterns } = policy;
    const { result, reason, mxHost, sendingIp = '', receivingIp = '', helo = '' } = note;
    const went = result === '';
    this.#count(provider, `${TLS}${recipientDomain}`, {
      recipientDomain,
      policy: { type, domain, strings, mxPatterns },
      result,
      reason: reason.slice(0, LONGEST_WORD),
      mxHost: went ? '' : mxHost,
      sendingIp: went ? '' : sendingIp,
      receivingIp: went ? '' : receivingIp,
      helo: went ? '' : helo.slice(0, LONGEST_WORD),
    });
  }

  /** Never rejects: what could not be written stays for the next time. One after the other: who waits here finds all in the table. */
  save(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const seen = this.#seen;
    this.#seen = new Map();
    try {
      const rows = [...seen.values()].map(({ row, messages }) => Object.assign({ messages }, row));
      await countReported(this.#options.ground.pool, rows);
    } catch (error) {
      this.#options.ground.log.warn('lab.reports-not-saved', { error: (error as Error).message });
      for (const [key, one] of seen) {
        const since = this.#seen.get(key)?.messages ?? 0;
        this.#seen.set(key, { row: one.row, messages: one.messages + since });
      }
    }
  }

  /** Of all days that are over. @returns how many reports are on their way */
  async sendReports(signal: AbortSignal): Promise<number> {
    await this.save();
    const { ground, providers } = this.#options;
    let sent = 0;
    for (const one of await unreported(ground.pool, dateOf(this.#today()))) {
      const provider = findProvider(one.provider, providers);
      const rows = await takeReported(ground.pool, one);
      if (provider === undefined || signal.aborted) continue;
      sent += one.domain.startsWith(TLS)
        ? await this.#tlsReport(provider, one.domain.slice(TLS.length), one.day, rows, signal)
        : await this.#dmarcReport(provider, one.domain, one.day, rows, signal);
    }
    return sent;
  }

  async #dmarcReport(
    provider: Provider,
    domain: string,
    day: string,
    rows: readonly Pick<SeenRow, 'record' | 'messages'>[],
    signal: AbortSignal,
  ): Promise<number> {
    const { resolver } = this.#options;
    const asked = await recordLookup(resolver, { signal }, () => {})(domain);
    if (asked.kind !== 'record') return 0;
    const to = await reportDestinations(domain, asked.record.rua, { resolver, signal });
    const addresses = to.map(({ address }) => address);
    // a report tells one policy (RFC 9990 §3.1.1.5): where it was changed within the day there are two
    const byPolicy = Map.groupBy(rows, ({ record }) =>
      JSON.stringify((record as unknown as DmarcRow).policy),
    );
    let sent = 0;
    for (const alike of byPolicy.values()) {
      const { policy = publishedIn(domain, asked.record) } = alike[0]!
        .record as unknown as Partial<DmarcRow>;
      const judged = alike.map(({ record, messages }) =>
        Object.assign({ messages }, record as unknown as DmarcRow),
      );
      sent += await this.#sendDmarcReport(provider, day, policy, judged, addresses);
    }
    return sent;
  }

  #sendDmarcReport(
    provider: Provider,
    day: string,
    policy: PublishedPolicy,
    rows: readonly ReportedRow[],
    addresses: readonly string[],
  ): Promise<number> {
    const id = this.#options.ground.store.newId();
    const begin = Date.parse(day);
    const from = `noreply@${provider.domain}`;
    const report: DmarcAggregateReport = {
      organization: provider.domain,
      email: from,
      extraContact: '',
      reportId: `${id}@${provider.domain}`,
      begin,
      end: begin + DAY - 1000,
      errors: [],
      generator: provider.shown,
      policy,
      rows,
    };
    const compressed = gzipSync(formatDmarcReport(report));
    return this.#send(provider, 'dmarc-report', addresses, (address, now) =>
      composeDmarcReportMail({
        from,
        to: [address],
        now,
        lines: dmarcReportLines(report, day),
        boundary: `report${id}`,
        submitter: provider.domain,
        report,
        compressed,
      }),
    );
  }

  async #tlsReport(
    provider: Provider,
    domain: string,
    day: string,
    rows: readonly Pick<SeenRow, 'record' | 'messages'>[],
    signal: AbortSignal,
  ): Promise<number> {
    const { resolver, ground } = this.#options;
    const answer = await resolver.resolve(`_smtp._tls.${domain}`, 'TXT', { signal });
    if (answer.kind !== 'records') return 0;
    const published = selectTlsrptRecord(answer.records.map(txtText));
    const rua = published.kind === 'record' ? published.rua : [];
    const to = rua.flatMap((uri) => /^mailto:([^?]{3,320})/.exec(uri)?.[1] ?? []);
    const id = ground.store.newId();
    const reportId = `${id}@${provider.domain}`;
    const start = Date.parse(day);
    const times = { start, end: start + DAY - 1000 };
    const policies = reportedPolicies(
      rows.map(({ record, messages }) =>
        Object.assign({ sessions: messages }, record as unknown as TlsRow),
      ),
    );
    const from = `noreply@${provider.domain}`;
    const compressed = gzipSync(
      formatTlsReport({
        organizationName: provider.domain,
        ...times,
        contactInfo: from,
        reportId,
        policies,
      }),
    );
    return this.#send(provider, 'tls-report', to, (address, now) =>
      composeReportMail({
        policyDomain: domain,
        submitter: provider.domain,
        from,
        to: [address],
        messageId: reportId,
        reportId,
        now,
        ...times,
        lines: reportLines(provider.domain, domain, day, policies),
        compressed,
        boundary: `report${id}`,
      }),
    );
  }

  async #send(
    provider: Provider,
    kind: NewLetter['kind'],
    to: readonly string[],
    message: (address: string, now: number) => Uint8Array,
  ): Promise<number> {
    const at = this.#options.ground.clock.now();
    const reversePath = `noreply@${provider.domain}`;
    for (const forwardPath of to)
      await this.#options.add({
        provider,
        kind,
        reversePath,
        forwardPath,
        message: message(forwardPath, at),
        at,
      });
    return to.length;
  }

  #count(provider: Provider, domain: string, record: DmarcRow | TlsRow): void {
    const day = dateOf(this.#today());
    const key = JSON.stringify([provider.name, domain, day, record]);
    const known = this.#seen.get(key);
    if (known !== undefined) known.messages++;
    else if (this.#seen.size < MOST_KINDS)
      this.#seen.set(key, {
        row: { provider: provider.name, domain, day, record: record as never },
        messages: 1,
      });
  }

  #today(): number {
    return Math.floor(this.#options.ground.clock.now() / DAY);
  }
}
