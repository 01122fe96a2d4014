/** K1 to K4: the keys of a domain here, and what the DNS says of them. */
import type { ServerContext } from '#mail/doctor/check';
import { ask, judgeAtPlaces, noAnswer } from '#mail/doctor/dns-questions';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import type { DomainFacts, KeyFacts } from '#mail/doctor/server-facts';
import { judgeEverywhere, noting } from '#mail/doctor/places';
import { DAY, listed, quoted } from '#mail/doctor/spoken-values';
import { fromBase64 } from '#mail/doctor/from-base64';
import { keyLookup } from '#protocol/dkim/key-lookup';
import { parseKeyRecord } from '#protocol/dkim/key-record';
import { readKey } from '#protocol/dkim/public-key';
import { verifyMessage } from '#protocol/dkim/verify';
import { txtText } from '#protocol/dns/resolver';
import { splitHeader } from '#protocol/message/header/fields';
import { isBelow } from '#mail/doctor/domain-order';

/** Of the domain of a check; undefined where it has none here. */
function domainOf({ server, domain }: ServerContext): DomainFacts | undefined {
  const found = server.domains.find(({ name }) => name === domain);
  return found !== undefined && signing(found).length > 0 ? found : undefined;
}

/** Those whose signatures are on their way to others. */
function signing({ keys }: DomainFacts): readonly KeyFacts[] {
  return keys.filter(({ state }) => state === 'active');
}

function nameOf(key: KeyFacts, domain: string): string {
  return `${key.selector}._domainkey.${domain}`;
}

export async function publishedKeys(context: ServerContext): Promise<Outcome<'K1'>> {
  const found = domainOf(context);
  if (found === undefined) return { finding: 'no-keys', values: {} };
  const outcomes = await Promise.all(
    signing(found).map((key) => publishedKey(context, key, nameOf(key, context.domain))),
  );
  const evidence = outcomes.flatMap((outcome) => outcome.evidence ?? []);
  const wrong = outcomes.find(({ finding }) => finding !== 'equal');
  if (wrong) return { ...wrong, evidence };
  const selectors = listed(signing(found).map(({ selector }) => selector));
  return { finding: 'equal', values: { selectors }, evidence };
}

function publishedKey(context: ServerContext, key: KeyFacts, name: string): Promise<Outcome<'K1'>> {
  const wanted = parseKeyRecord(key.record)!;
  return judgeAtPlaces(
    context,
    name,
    'TXT',
    ({ records }): Outcome<'K1'> => {
      if (records.length === 0) return { finding: 'missing', values: { name }, about: name };
      if (records.length > 1)
        return { finding: 'several', values: { name, count: String(records.length) }, about: name };
      const read = parseKeyRecord(txtText(records[0]!));
      const isSame =
        read?.keyType === wanted.keyType && Buffer.compare(read.publicKey, wanted.publicKey) === 0;
      return isSame
        ? { finding: 'equal', values: { selectors: name } }
        : { finding: 'differs', values: { name }, about: name };
    },
    ({ finding }) => finding === 'equal',
  );
}

/** RFC 8301 §3.2. */
const BITS = { fine: 2048, bearable: 1024 };

export function keyStrength(context: ServerContext): Promise<Outcome<'K2'>> {
  return judgeEverywhere(context, judgeKeyStrength, ({ finding }) =>
    ['strong', 'short'].includes(finding),
  );
}

async function judgeKeyStrength(context: ServerContext): Promise<Outcome<'K2'>> {
  const found = domainOf(context);
  if (found === undefined) return { finding: 'no-keys', values: {} };
  const looked = await publishedRecords(context, found);
  const { evidence } = looked;
  if (looked.outcome) return { ...looked.outcome, evidence };
  const there = looked.records.flatMap(({ name, text }) => {
    const read = text === undefined ? undefined : readKey(text);
    return read?.publicKey === undefined
      ? []
      : [{ name, bits: read.publicKey.bits, type: read.record.keyType, flags: read.record.flags }];
  });
  if (there.length === 0) return { finding: 'not-published', values: {}, evidence };
  const testing = there.find(({ flags }) => flags.includes('y'));
  if (testing) return { finding: 'testing', values: { name: testing.name }, evidence };
  const rsa = there.filter(({ type }) => type === 'rsa').toSorted((a, b) => a.bits - b.bits)[0];
  if (rsa && rsa.bits < BITS.fine) {
    const finding = rsa.bits < BITS.bearable ? 'weak' : 'short';
    const values = { name: rsa.name, bits: String(rsa.bits) };
    return { finding, values, evidence, about: rsa.name };
  }
  const keys = listed(there.map(({ name, bits, type }) => `${name} ${type} ${bits}`));
  return { finding: 'strong', values: { keys }, evidence };
}

interface Looked {
  readonly records: readonly { readonly name: string; readonly text: string | undefined }[];
  readonly outcome: Outcome<'K2'> | undefined;
  readonly evidence: readonly Evidence[];
}

async function publishedRecords(
  context: ServerContext,
  found: DomainFacts,
  keys = signing(found),
): Promise<Looked> {
  const names = keys.map((key) => nameOf(key, context.domain));
  const asked = await Promise.all(names.map((name) => ask(context, name, 'TXT')));
  const evidence = asked.map((one) => one.evidence);
  const at = asked.findIndex(({ answer }) => answer.kind === 'failure');
  const failure = asked[at]?.answer;
  return {
    records: asked.map(({ records }, index) => ({
      name: names[index]!,
      text: records[0] && txtText(records[0]),
    })),
    outcome: failure?.kind === 'failure' ? noAnswer(names[at]!, failure) : undefined,
    evidence,
  };
}

export function freshSignature(context: ServerContext): Promise<Outcome<'K3'>> {
  return judgeEverywhere(context, judgeFreshSignature, ({ finding }) =>
    ['verified'].includes(finding),
  );
}

async function judgeFreshSignature(context: ServerContext): Promise<Outcome<'K3'>> {
  const found = domainOf(context);
  if (found === undefined) return { finding: 'no-keys', values: {} };
  const message = fromBase64(found.sample ?? '');
  const { bodyStart } = splitHeader(message);
  const noted = noting(context.dns.local);
  const { signatures } = await verifyMessage({
    header: message.subarray(0, bodyStart),
    body: [message.subarray(bodyStart)],
    lookup: keyLookup(noted.resolver),
    now: Math.floor(context.now() / 1000),
  });
  if (signatures.length === 0) return { finding: 'unsigned', values: {} };
  const verdicts = signatures.map(({ domain = '', selector = '', result, reason }) => ({
    asked: `DKIM ${selector}._domainkey.${domain}`,
    by: 'verify()',
    answer: reason === undefined ? result : `${result} (${reason})`,
  }));
  const evidence: readonly Evidence[] = [...verdicts, ...noted.evidence];
  const name = ({ domain = '', selector = '' }: (typeof signatures)[number]): string =>
    `${selector}._domainkey.${domain}`;
  const unknown = signatures.find(({ result }) => result === 'temperror');
  if (unknown)
    return { finding: 'no-answer', values: { query: name(unknown), cause: 'temperror' }, evidence };
  const failed = signatures.find(({ result }) => result !== 'pass');
  if (failed) {
    const values = { name: name(failed), reason: failed.reason ?? failed.result };
    return { finding: 'failed', values, evidence, about: values.name };
  }
  const other = signatures.find(({ domain = '' }) => !isBelow(context.domain, domain));
  return other
    ? { finding: 'other-domain', values: { other: quoted(other.domain ?? '') }, evidence }
    : { finding: 'verified', values: { count: String(signatures.length) }, evidence };
}

/** RFC 6376 says nothing; Gmail, M3AAWG and others ask for it within a year. */
const MONTH = 30.44 * DAY;
const OLD = 12;
/** How long after its last signature a key is asked for. */
const KEPT = 7 * DAY;

export function rotation(context: ServerContext): Promise<Outcome<'K4'>> {
  return judgeEverywhere(context, judgeRotation, ({ finding }) =>
    ['young', 'old'].includes(finding),
  );
}

async function judgeRotation(context: ServerContext): Promise<Outcome<'K4'>> {
  const found = domainOf(context);
  if (found === undefined) return { finding: 'no-keys', values: {} };
  const looked = await publishedRecords(context, found);
  const { evidence } = looked;
  const revoked = looked.records.find(
    ({ text }) => text !== undefined && parseKeyRecord(text)?.publicKey.length === 0,
  );
  if (revoked)
    return { finding: 'revoked', values: { name: revoked.name }, evidence, about: revoked.name };
  const resting = found.keys.filter(
    ({ state, retiredAt = 0 }) => state === 'retired' && context.now() - retiredAt < KEPT,
  );
  const kept = await publishedRecords(context, found, resting);
  const gone = kept.outcome ? undefined : kept.records.find(({ text }) => text === undefined);
  if (gone) {
    const seen = [...evidence, ...kept.evidence];
    return { finding: 'withdrawn-early', values: { name: gone.name }, evidence: seen };
  }
  const oldest = signing(found).reduce((one, other) =>
    other.createdAt < one.createdAt ? other : one,
  );
  const age = Math.floor((context.now() - oldest.createdAt) / MONTH);
  const months = String(Math.max(0, age));
  if (age >= OLD) {
    const values = { name: nameOf(oldest, context.domain), months };
    return { finding: 'old', values, evidence };
  }
  if (looked.outcome?.finding === 'no-answer') return { ...looked.outcome, evidence };
  return { finding: 'young', values: { months }, evidence };
}
