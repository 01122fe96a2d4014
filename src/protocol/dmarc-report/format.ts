/** Writes a report as XML, with the elements in the order of RFC 9990 §3.1.1 and no other than those. Pure. */
import type {
  DkimResult,
  DmarcAggregateReport,
  OverrideReason,
  PublishedPolicy,
  ReportedRow,
  SpfResult,
} from './report.ts';

export const NAMESPACE = 'urn:ietf:params:xml:ns:dmarc-2.0';

export function formatDmarcReport(report: DmarcAggregateReport): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<feedback xmlns="${NAMESPACE}">`,
    text('version', '1.0'),
    element('report_metadata', [
      text('org_name', report.organization),
      text('email', report.email),
      optional('extra_contact_info', report.extraContact),
      text('report_id', report.reportId),
      element('date_range', [
        text('begin', seconds(report.begin)),
        text('end', seconds(report.end)),
      ]),
      ...report.errors.map((error) => text('error', error)),
      optional('generator', report.generator),
    ]),
    policyPublished(report.policy),
    ...report.rows.map(record),
    '</feedback>',
    '',
  ].join('\n');
}

function policyPublished(policy: PublishedPolicy): string {
  return element('policy_published', [
    text('domain', policy.domain),
    optional('discovery_method', policy.discovery),
    text('p', policy.p),
    optional('sp', policy.sp),
    optional('np', policy.np),
    optional('fo', policy.fo),
    optional('adkim', policy.adkim),
    optional('aspf', policy.aspf),
    optional('testing', policy.testing),
  ]);
}

function record(row: ReportedRow): string {
  return element('record', [
    element('row', [
      text('source_ip', row.sourceIp),
      text('count', String(row.messages)),
      element('policy_evaluated', [
        text('disposition', row.disposition),
        text('dkim', word(row.dkimAligned)),
        text('spf', word(row.spfAligned)),
        ...row.reasons.map(reason),
      ]),
    ]),
    element('identifiers', [
      text('header_from', row.headerFrom),
      optional('envelope_from', row.envelopeFrom),
      optional('envelope_to', row.envelopeTo),
    ]),
    element('auth_results', [...row.dkim.map(dkim), ...row.spf.map(spf)]),
  ]);
}

function reason({ type, comment }: OverrideReason): string {
  return element('reason', [text('type', type), optional('comment', comment)]);
}

function dkim({ domain, selector, result }: DkimResult): string {
  return element('dkim', [
    text('domain', domain),
    text('selector', selector),
    text('result', result),
  ]);
}

function spf({ domain, scope, result }: SpfResult): string {
  return element('spf', [text('domain', domain), optional('scope', scope), text('result', result)]);
}

function word(aligned: boolean): string {
  return aligned ? 'pass' : 'fail';
}

function seconds(at: number): string {
  return String(Math.floor(at / 1000));
}

function element(name: string, inner: readonly string[]): string {
  return `<${name}>${inner.join('')}</${name}>`;
}

function optional(name: string, value: string): string {
  return value === '' ? '' : text(name, value);
}

function text(name: string, value: string): string {
  return `<${name}>${value.toWellFormed().replaceAll(NO_CHARACTER, '').replaceAll(/[&<>]/g, escaped)}</${name}>`;
}

/** What no document may have (XML 1.0 §2.2); a CR would be read as LF. */
// oxlint-disable-next-line no-control-regex
const NO_CHARACTER = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g;

function escaped(character: string): string {
  return character === '&' ? '&amp;' : character === '<' ? '&lt;' : '&gt;';
}
