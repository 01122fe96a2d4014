/** TXT records, each by what its kind means: one domain has many of them, and only those of its kind count. */
import { hex } from '#bytes';
import { txtText, type RecordData } from '#protocol/dns/resolver';
import { parseKeyRecord } from '#protocol/dkim/key-record';
import { isDmarcRecord, parseRecord as parseDmarc } from '#protocol/dmarc/record';
import { parseRecord as parseSpf } from '#protocol/spf/parse-record';
import { selectRecord } from '#protocol/spf/select-record';
import { foundIn, standing, ttlOf, why, type SetAnswers } from './found.ts';
import type { PlannedOf, Purpose } from './record.ts';
import type { ComparedRecord, Standing } from './standing.ts';
import { recordText } from './zone-line.ts';

type PlannedText = PlannedOf<'TXT'>;

export function judgeText(planned: PlannedText, answers: SetAnswers): ComparedRecord {
  const answer = answers.get(planned.name, 'TXT');
  const found = foundIn(answer) as readonly RecordData['TXT'][] | undefined;
  if (found === undefined) return standing(planned, 'unknown', why(answer));
  const { isOfKind, meets } = KINDS[kindOf(planned.purpose)];
  const wanted = txtText(planned.data);
  const ofKind = found.filter((data) => isOfKind(txtText(data)));
  const observed = ofKind.map((data) => recordText('TXT', data));
  const how = (): Standing => {
    if (ofKind.length === 0) return 'missing';
    // two of them are as good as none (RFC 7208 §4.5, RFC 9989 §4.10, RFC 8461 §3.1, RFC 6376 §3.6.2.2)
    if (ofKind.length > 1) return 'different';
    const [there] = ofKind.map(txtText);
    return there === wanted || meets(there!, wanted) ? 'right' : 'different';
  };
  if (planned.need !== 'remove') return standing(planned, how(), observed, ttlOf(answer));
  const isGone = ofKind.every((data) => parseKeyRecord(txtText(data))?.publicKey.length === 0);
  return standing(planned, isGone ? 'right' : 'extra', observed, ttlOf(answer));
}

interface TextKind {
  readonly isOfKind: (text: string) => boolean;
  readonly meets: (there: string, wanted: string) => boolean;
}

type Kind = 'spf' | 'spf-none' | 'key' | 'dmarc' | 'mta-sts' | 'tls-rpt';

const KIND_OF: Partial<Record<Purpose, Kind>> = {
  spf: 'spf',
  'host-spf': 'spf',
  'no-mail-out': 'spf-none',
  dmarc: 'dmarc',
  'no-author': 'dmarc',
  'mta-sts': 'mta-sts',
  'tls-rpt': 'tls-rpt',
};

function kindOf(purpose: Purpose): Kind {
  return KIND_OF[purpose] ?? 'key';
}

const KINDS: Readonly<Record<Kind, TextKind>> = {
  spf: { isOfKind: isSpf, meets: allowsAsMuch },
  'spf-none': { isOfKind: isSpf, meets: () => false },
  key: { isOfKind: () => true, meets: isSameKey },
  dmarc: { isOfKind: isDmarcRecord, meets: isAsStrict },
  // RFC 8461 §3.1, RFC 8460 §3: the version comes first
  'mta-sts': { isOfKind: (text) => /^v=STSv1\s{0,9};/.test(text), meets: hasSameId },
  'tls-rpt': {
    isOfKind: (text) => /^v=TLSRPTv1\s{0,9};/.test(text),
    meets: (there) => /;\s{0,9}rua\s{0,9}=\s{0,9}(?:mailto|https):/.test(there),
  },
};

function isSpf(text: string): boolean {
  return selectRecord([[text]]).kind === 'record';
}

/** Every planned mechanism passes there too, and not everybody does. */
function allowsAsMuch(there: string, wanted: string): boolean {
  const [record, plan] = [there, wanted].map((text) => parseSpf(text));
  if (record?.kind !== 'record' || plan?.kind !== 'record') return false;
  const passes = record.record.directives.filter(({ qualifier }) => qualifier === '+');
  return (
    passes.every(({ name }) => name !== 'all') &&
    plan.record.directives
      .filter(({ qualifier }) => qualifier === '+')
      .every((mechanism) => passes.some(({ text }) => bare(text) === bare(mechanism.text)))
  );
}

function bare(mechanism: string): string {
  return mechanism.toLowerCase().replace(/^\+/, '');
}

function isSameKey(there: string, wanted: string): boolean {
  const [record, plan] = [there, wanted].map(parseKeyRecord);
  return (
    record !== undefined &&
    plan !== undefined &&
    record.keyType === plan.keyType &&
    hex(record.publicKey) === hex(plan.publicKey) &&
    (record.hashAlgorithms?.includes('sha256') ?? true) &&
    !record.flags.includes('y')
  );
}

const STRICTNESS = { none: 0, quarantine: 1, reject: 2 };

/** A stricter policy, and reports that go elsewhere, are the owner's decision; without reports nobody sees what fails. */
function isAsStrict(there: string, wanted: string): boolean {
  const [record, plan] = [there, wanted].map(parseDmarc);
  return (
    record?.p !== undefined &&
    plan?.p !== undefined &&
    record.t === 'n' &&
    STRICTNESS[record.p] >= STRICTNESS[plan.p] &&
    (record.rua.length > 0 || plan.rua.length === 0)
  );
}

function hasSameId(there: string, wanted: string): boolean {
  const id = (text: string): string | undefined =>
    text
      .split(';')
      .map((field) => field.trim())
      .find((field) => field.startsWith('id='));
  return id(there) === id(wanted);
}
