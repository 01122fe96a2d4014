import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { computedFor } from '../../../test/support/time/cpu-time.ts';
import { formatDmarcReport } from './format.ts';
import { DmarcReportReader, parseDmarcReport } from './parse.ts';
import { DISPOSITIONS, type DmarcAggregateReport, type ReportedRow } from './report.ts';

/** What survives: reading trims, and knows no control characters. */
const word = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) =>
  text
    .toWellFormed()
    .replaceAll(/[\p{C}\p{Z}]/gu, '')
    .trim(),
);
const said = word.filter((text) => text !== '');
const value = (...values: string[]) => fc.constantFrom(...values);
const name = fc.domain().map((domain) => domain.toLowerCase());
const policy = value('none', 'quarantine', 'reject');
const second = fc.integer({ min: 0, max: 4_000_000_000 });

const row: fc.Arbitrary<ReportedRow> = fc.record({
  sourceIp: value('192.0.2.1', '2001:db8::1', '::', '::ffff:192.0.2.9'),
  messages: fc.integer({ min: 1, max: 1_000_000 }),
  disposition: fc.constantFrom(...DISPOSITIONS),
  dkimAligned: fc.boolean(),
  spfAligned: fc.boolean(),
  reasons: fc.array(
    fc.record({ type: value('local_policy', 'mailing_list', 'other'), comment: word }),
    { maxLength: 3 },
  ),
  headerFrom: name,
  envelopeFrom: fc.oneof(name, value('')),
  envelopeTo: fc.oneof(name, value('')),
  dkim: fc.array(
    fc.record({ domain: name, selector: word, result: value('pass', 'fail', 'policy') }),
    { maxLength: 3 },
  ),
  spf: fc.array(
    fc.record({ domain: name, scope: value('mfrom', ''), result: value('pass', 'softfail') }),
    { maxLength: 1 },
  ),
});

const report: fc.Arbitrary<DmarcAggregateReport> = fc
  .record({
    organization: word,
    email: word,
    extraContact: word,
    reportId: said,
    span: fc.tuple(second, second),
    errors: fc.array(said, { maxLength: 3 }),
    generator: word,
    policy: fc.record({
      domain: name,
      discovery: value('treewalk', 'psl', ''),
      p: policy,
      sp: fc.oneof(policy, value('')),
      np: fc.oneof(policy, value('')),
      fo: value('', '0', '1:d:s'),
      adkim: value('r', 's', ''),
      aspf: value('r', 's', ''),
      testing: value('y', 'n', ''),
    }),
    rows: fc.array(row, { minLength: 1, maxLength: 4 }),
  })
  .map(({ span: [a, b], ...rest }) =>
    // records of fast-check have no prototype
    Object.assign(structuredClone(rest), {
      begin: Math.min(a, b) * 1000,
      end: Math.max(a, b) * 1000,
    }),
  );

test('what is written is read again', () => {
  fc.assert(
    fc.property(report, (one) => {
      assert.deepEqual(parseDmarcReport(formatDmarcReport(one)), {
        ...one,
        rows: one.rows.map((each) => ({
          ...each,
          // the one spelling of RFC 5952 §5
          sourceIp: each.sourceIp === '::ffff:192.0.2.9' ? '::ffff:c000:209' : each.sourceIp,
        })),
      });
    }),
  );
});

test('it does not matter in which pieces a report comes', () => {
  fc.assert(
    fc.property(report, fc.array(fc.nat(4000)), (one, cuts) => {
      const text = formatDmarcReport(one);
      const reader = new DmarcReportReader();
      const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length].toSorted(
        (a, b) => a - b,
      );
      for (let i = 1; i < at.length; i++) reader.push(text.slice(at[i - 1], at[i]));
      assert.deepEqual(reader.end(), parseDmarcReport(text));
    }),
  );
});

const ROW =
  '<record><row><source_ip>192.0.2.1</source_ip><count>3</count><policy_evaluated><disposition>none</disposition>' +
  '<dkim>PASS</dkim><spf>fail</spf></policy_evaluated></row></record>';
const HEAD =
  '<report_metadata><date_range><begin>1</begin><end>2</end></date_range></report_metadata>' +
  '<policy_published><domain>Example.org.</domain></policy_published>';
const feedback = (inner: string): string => `<feedback>${inner}</feedback>`;

test('a report of RFC 7489, one with a prefix, and one in another order are read', () => {
  for (const text of [
    feedback(HEAD + ROW),
    feedback(ROW + HEAD),
    `<d:feedback xmlns:d="x">${(HEAD + ROW).replaceAll(/<(\/?)/g, '<$1d:')}</d:feedback>`,
    `<schema>${feedback(HEAD + ROW)}`,
  ]) {
    const read = parseDmarcReport(text);
    assert.equal(read?.policy.domain, 'example.org', text);
    assert.deepEqual(
      read.rows.map(({ messages, dkimAligned, spfAligned }) => [messages, dkimAligned, spfAligned]),
      [[3, true, false]],
    );
  }
});

test('what is no report is none', () => {
  for (const text of [
    '',
    'hello',
    '<html><body/></html>',
    feedback(HEAD),
    feedback(ROW),
    feedback(HEAD.replace('<begin>1', '<begin>3') + ROW),
    feedback(HEAD.replace('<begin>1', '<begin>1e99') + ROW),
    feedback(HEAD + ROW.replace('192.0.2.1', 'localhost')),
    feedback(HEAD + ROW.replace('>3<', '>-3<')),
  ])
    assert.equal(parseDmarcReport(text), undefined, text);
});

test('a document type is refused, whatever it declares', () => {
  const bomb = `<!DOCTYPE feedback [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>`;
  assert.equal(parseDmarcReport(bomb + feedback(HEAD + ROW)), undefined);
  const own = feedback(HEAD.replace('Example', '&unknown;Example') + ROW);
  assert.equal(parseDmarcReport(own)?.policy.domain, '&unknown;example.org');
});

test('what a stranger writes is cut: rows, texts, lists; hopeless documents are given up early', () => {
  const many = parseDmarcReport(feedback(HEAD + ROW.repeat(12_000)));
  assert.equal(many?.rows.length, 10_000);
  const long = HEAD.replace('<date_range>', `<org_name>${'x'.repeat(9000)}</org_name><date_range>`);
  assert.equal(parseDmarcReport(feedback(long + ROW))?.organization.length, 500);
  for (const text of ['<a>', '<', '<a></b>'])
    assert.equal(new DmarcReportReader().push(text.repeat(100_000)), false, text);
});

test('a document that is broken at each character costs no more than a few faults', () => {
  for (const broken of ['\0', '<', '</a>']) {
    const before = computedFor();
    assert.equal(parseDmarcReport(`<feedback>${broken.repeat(16_000)}`), undefined);
    assert.ok(computedFor() - before < 50, `${computedFor() - before} ms`);
  }
});

test('markup and control characters of a value stay text', () => {
  const organization = '<b>&"\u0000\u001b[31m]]>';
  const [one] = fc.sample(report, { numRuns: 1, seed: 1 });
  const text = formatDmarcReport({ ...one!, organization });
  // oxlint-disable-next-line no-control-regex
  assert.doesNotMatch(text, /[\u0000\u001b]/);
  assert.equal(parseDmarcReport(text)?.organization, '<b>&"[31m]]>');
});
