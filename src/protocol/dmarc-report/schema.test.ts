/** What is written, held against the tables of RFC 9990 §3.1.1: which elements, in which order, how often, with which words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SaxesParser } from 'saxes';
import { formatDmarcReport, NAMESPACE } from './format.ts';
import type { DmarcAggregateReport } from './report.ts';

/** Children by the name of their parent, as an expression over names. */
const CHILDREN: Readonly<Record<string, RegExp>> = {
  feedback: /^version report_metadata policy_published( record)+$/,
  report_metadata:
    /^org_name email( extra_contact_info)? report_id date_range( error)*( generator)?$/,
  date_range: /^begin end$/,
  policy_published: /^domain( discovery_method)? p( sp)?( np)?( fo)?( adkim)?( aspf)?( testing)?$/,
  record: /^row identifiers auth_results$/,
  row: /^source_ip count policy_evaluated$/,
  policy_evaluated: /^disposition dkim spf( reason)*$/,
  identifiers: /^header_from( envelope_from)?( envelope_to)?$/,
  auth_results: /^(dkim)?( dkim)*( ?spf)?$/,
  dkim: /^domain selector result$/,
  spf: /^domain( scope)? result$/,
  reason: /^type( comment)?$/,
};

/** Of elements that hold text. */
const TEXTS: Readonly<Record<string, RegExp>> = {
  version: /^1\.0$/,
  begin: /^\d+$/,
  end: /^\d+$/,
  discovery_method: /^(psl|treewalk)$/,
  p: /^(none|quarantine|reject)$/,
  adkim: /^[rs]$/,
  testing: /^[yn]$/,
  count: /^[1-9]\d*$/,
  source_ip: /^[0-9a-f.:]+$/,
  disposition: /^(none|pass|quarantine|reject)$/,
  scope: /^mfrom$/,
  type: /^(local_policy|mailing_list|other|policy_test_mode|trusted_forwarder)$/,
};

const REPORT: DmarcAggregateReport = {
  organization: 'Example & Sons',
  email: 'postmaster@example.test',
  extraContact: 'https://example.test/',
  reportId: '1@mail.example.test',
  begin: 0,
  end: 86_399_000,
  errors: ['several records'],
  generator: 'Hikyaku',
  policy: {
    domain: 'one.test',
    discovery: 'treewalk',
    p: 'reject',
    sp: 'reject',
    np: 'reject',
    fo: '1',
    adkim: 'r',
    aspf: 's',
    testing: 'n',
  },
  rows: [
    {
      sourceIp: '192.0.2.1',
      messages: 3,
      disposition: 'pass',
      dkimAligned: true,
      spfAligned: false,
      reasons: [],
      headerFrom: 'one.test',
      envelopeFrom: 'bounce.one.test',
      envelopeTo: 'example.test',
      dkim: [
        { domain: 'one.test', selector: 's', result: 'pass' },
        { domain: 'two.test', selector: '', result: 'permerror' },
      ],
      spf: [{ domain: 'bounce.one.test', scope: 'mfrom', result: 'softfail' }],
    },
    {
      sourceIp: '2001:db8::1',
      messages: 1,
      disposition: 'none',
      dkimAligned: false,
      spfAligned: false,
      reasons: [{ type: 'mailing_list', comment: '' }],
      headerFrom: 'one.test',
      envelopeFrom: '',
      envelopeTo: '',
      dkim: [],
      spf: [],
    },
  ],
};

test('every element stands where the RFC has it, in its namespace, with a word that it allows', () => {
  const open: { name: string; children: string[]; text: string }[] = [];
  let looked = 0;
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, uri }) => {
    assert.equal(uri, NAMESPACE, name);
    open.at(-1)?.children.push(name);
    open.push({ name, children: [], text: '' });
  });
  parser.on('text', (text) => {
    const inner = open.at(-1);
    if (inner) inner.text += text;
  });
  parser.on('closetag', () => {
    const { name, children, text } = open.pop()!;
    looked++;
    // two of them are results, and words of the evaluation beside
    const isWord = open.at(-1)?.name === 'policy_evaluated' && (name === 'dkim' || name === 'spf');
    if (isWord) assert.match(text, /^(pass|fail)$/);
    else if (CHILDREN[name]) assert.match(children.join(' '), CHILDREN[name], name);
    else assert.match(text, TEXTS[name] ?? /^/, name);
  });
  parser.write(formatDmarcReport(REPORT)).close();
  console.log(`${looked} elements`);
  assert.equal(open.length, 0);
  assert.equal(looked, 60);
});
