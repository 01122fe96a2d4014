/** The DMARC aggregate reports that parsedmarc has as samples: of today and of old drafts, in every container, whole and broken. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import {
  findDmarcReport,
  readDmarcReport,
  type FoundDmarcReport,
} from '#mail/reports/find-dmarc-report';
import { decompressed } from '#mail/reports/report-file';
import { formatDmarcReport } from '#protocol/dmarc-report/format';
import { parseDmarcReport } from '#protocol/dmarc-report/parse';
import { passed } from '#protocol/dmarc-report/report';

const SUITE = fileURLToPath(new URL('dmarc-parsedmarc/', import.meta.url));

async function read(name: string): Promise<FoundDmarcReport> {
  const bytes = readFileSync(SUITE + name);
  if (name.endsWith('.eml')) return findDmarcReport(bytes);
  const file = decompressed(bytes);
  return file.kind === 'file' ? readDmarcReport(file.bytes) : file;
}

/** Who reports, on which domain with which policy; rows, their messages, and the rows that pass. */
type Expected = readonly [string, string, string, number, number, number] | 'broken';

const EXPECTED: Readonly<Record<string, Expected>> = {
  'empty.xml': 'broken',
  'aggregate/!example.com!1538204542!1538463818.xml': ["","example.com","none",1,1,0],
  'aggregate/!large-example.com!1711897200!1711983600.xml': ["","example.com","none",2286,2286,0],
  'aggregate/Report domain- borschow.com Submitter- google.com Report-ID- 949348866075514174.eml': ["google.com","borschow.com","reject",1,1,0],
  'aggregate/addisonfoods.com!example.com!1536105600!1536191999.xml': ["addisonfoods.com","example.com","none",1,1,0],
  'aggregate/empty_reason.xml': ["example.org","example.com","quarantine",1,2,1],
  'aggregate/estadocuenta1.infonacot.gob.mx!example.com!1536853302!1536939702!2940.xml.zip': ["XYZ Corporation","example.com","none",1,1,0],
  'aggregate/example.net!example.com!1529366400!1529452799.xml': ["example.net","example.com","none",1,1,0],
  'aggregate/fastmail.com!example.com!1516060800!1516147199!102675056.xml.gz': ["FastMail Pty Ltd","indemed.com","none",1,1,0],
  'aggregate/ikea.com!example.de!1538690400!1538776800.xml': ["ikea.com","example.de","none",1,1,0],
  'aggregate/invalid_utf_8.xml': ["","example.com","none",1,1,0],
  'aggregate/invalid_xml.xml': ["veeam.com","example.com","none",1,1,0],
  'aggregate/mimecast-weird-gzip.eml': ["Mimecast","ab.id.au","reject",1,1,1],
  'aggregate/old_draft_from_wiki.xml': ["acme.com","example.com","none",1,2,1],
  'aggregate/protection.outlook.com!example.com!1711756800!1711843200.xml': ["Outlook.com","example.com","none",1,1,0],
  'aggregate/rfc9990-example.net!example.com!1700000000!1700086399.xml': ["example.net","example.com","reject",2,7,1],
  'aggregate/rfc9990-sample.xml': ["Sample Reporter","example.com","quarantine",1,123,1],
  'aggregate/twilight.eml': ["google.com","twlnet.com","reject",1,1,1],
  'aggregate/usssa.com!example.com!1538784000!1538870399.xml': ["usssa.com","example.com","none",2,2,0],
  'aggregate/veeam.com!example.com!1530133200!1530219600.xml': ["veeam.com","example.com","none",1,1,0],
  'aggregate_invalid/report_with_upper_cased_pass.xml': ["example.com","example.com","reject",1,1,1],
  'extract_report/changed-input.xml': ["fred.com","example.com","none",20,3047,20],
  'extract_report/nice-input.xml': ["google.com","example.com","none",20,3047,20],
  'extract_report/nice-input.xml.gz': ["google.com","example.com","none",20,3047,20],
  'extract_report/nice-input.xml.zip': ["google.com","example.com","none",20,3047,20],
};

const names = readdirSync(SUITE, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(?:xml|gz|zip|eml)$/.test(name),
);

test('all 25 samples', async () => {
  assert.equal(names.length, 25);
  assert.deepEqual(names.toSorted(), Object.keys(EXPECTED).toSorted());
  let reports = 0;
  for (const name of names) {
    const found = await read(name);
    if (found.kind !== 'report') {
      assert.equal(EXPECTED[name], found.kind, name);
      continue;
    }
    reports++;
    const { organization, policy, rows } = found.report;
    const messages = rows.reduce((sum, row) => sum + row.messages, 0);
    assert.deepEqual(
      [organization, policy.domain, policy.p, rows.length, messages, rows.filter(passed).length],
      EXPECTED[name],
      name,
    );
  }
  console.log(`${names.length} samples, ${reports} of them reports`);
});

test('what was read is written so that it is read again', async () => {
  for (const name of names) {
    const found = await read(name);
    if (found.kind !== 'report') continue;
    assert.deepEqual(parseDmarcReport(formatDmarcReport(found.report)), found.report, name);
  }
});
