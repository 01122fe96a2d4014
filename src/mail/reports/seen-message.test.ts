import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  DEFAULT_POLICY_SETTINGS,
  policiesOf,
  type PolicySettings,
} from '#mail/receive/judgement/policies';
import type { SeenKind } from '#store/reports/dmarc-seen';
import { trustForwarder } from '#store/reception/trusted-forwarders';
import {
  HONEST,
  KEY_RECORD,
  LIST,
  STRANGER,
  startReception,
  world,
  type Letter,
} from '../../../test/support/smtp/reception.ts';
import { openTestStore } from '../../../test/support/smtp/own-server.ts';
import { seenMessage } from './seen-message.ts';

const at = await openTestStore();
after(() => at[Symbol.asyncDispose]());

/** The domains of the small Internet, asking for reports. */
function asking(tags: Readonly<Record<string, string>> = {}): ReturnType<typeof world> {
  const zone = world();
  const policies = { strict: 'p=reject', cautious: 'p=quarantine', lenient: 'p=none', ...tags };
  for (const [name, policy] of Object.entries(policies)) {
    const domain = name.includes('.') ? name : `${name}.example`;
    zone.declare(`_dmarc.${domain}`, { TXT: `v=DMARC1; ${policy}; rua=mailto:r@${domain}` });
    zone.declare(`s._domainkey.${domain}`, { TXT: KEY_RECORD });
  }
  return zone;
}

async function seen(
  letter: Letter,
  {
    zone = asking(),
    settings = {},
  }: { readonly zone?: ReturnType<typeof world>; readonly settings?: Partial<PolicySettings> } = {},
): Promise<SeenKind | undefined> {
  const kinds: (SeenKind | undefined)[] = [];
  const policies = policiesOf({ ...DEFAULT_POLICY_SETTINGS, ...settings });
  await using reception = await startReception(at, zone, {
    policies: settings,
    seen: (arrival, judgement) => void kinds.push(seenMessage(arrival, judgement, policies)),
  });
  await reception.send(letter);
  assert.equal(kinds.length, 1);
  return kinds[0];
}

const by = (domain: string, more: Partial<Letter> = {}): Letter => ({
  header: [`From: someone@${domain}`, 'Subject: x'],
  ...more,
});
const honest = { ip: HONEST, ehlo: 'mail.good.example' };
const outcome = (kind: SeenKind | undefined) =>
  kind && [kind.row.disposition, kind.row.reasons.map(({ type }) => type).join(' ')];

test('mail that passes: who it is, what vouches for it, what is published', async () => {
  const kind = await seen(
    by('strict.example', { ...honest, from: 'bounce@strict.example', signedBy: 'strict.example' }),
  );
  assert.deepEqual(kind, {
    policy: {
      domain: 'strict.example',
      discovery: 'treewalk',
      p: 'reject',
      sp: 'reject',
      np: 'reject',
      fo: '',
      adkim: 'r',
      aspf: 'r',
      testing: 'n',
    },
    row: {
      sourceIp: HONEST,
      disposition: 'pass',
      reasons: [],
      dkimAligned: true,
      spfAligned: true,
      headerFrom: 'strict.example',
      envelopeFrom: 'strict.example',
      envelopeTo: '',
      dkim: [{ domain: 'strict.example', selector: 's', result: 'pass' }],
      spf: [{ domain: 'strict.example', scope: 'mfrom', result: 'pass' }],
    },
  });
});

test('what is done with mail that fails is what its policy asks', async () => {
  assert.deepEqual(outcome(await seen(by('strict.example'))), ['reject', '']);
  assert.deepEqual(outcome(await seen(by('cautious.example'))), ['quarantine', '']);
  assert.deepEqual(outcome(await seen(by('lenient.example'))), ['none', '']);
  const passing = by('lenient.example', { ...honest, from: 'a@lenient.example' });
  assert.deepEqual(outcome(await seen(passing)), ['none', '']);
});

test('why something else was done stands in the report', async () => {
  const tested = { zone: asking({ strict: 'p=reject; t=y' }) };
  assert.deepEqual(outcome(await seen(by('strict.example'), tested)), [
    'quarantine',
    'policy_test_mode',
  ]);
  const ignoring = { settings: { honourDmarc: false } };
  assert.deepEqual(outcome(await seen(by('strict.example'), ignoring)), ['none', 'local_policy']);
});

test('mail by a list that its recipients trust is let through, and said to be', async () => {
  const { pool, clock } = at.store;
  const { rows } = await pool.query<{ id: string }>(
    `select id from accounts where name = 'alice@example.test'`,
  );
  await trustForwarder(pool, { accountId: rows[0]!.id, domain: 'lists.example' }, clock.now());
  const listed = (...to: string[]): Letter => ({
    ip: LIST,
    ehlo: 'mx.lists.example',
    from: 'dev-bounces@lists.example',
    to,
    header: ['From: someone@strict.example', 'List-Id: <dev.lists.example>'],
    signedBy: 'lists.example',
  });
  assert.deepEqual(outcome(await seen(listed('alice'))), ['none', 'mailing_list']);
  assert.deepEqual(outcome(await seen(listed('alice', 'bob'))), ['quarantine', 'mailing_list']);
  assert.deepEqual(outcome(await seen(listed('bob'))), ['reject', '']);
});

test('the record of the organization is reported on for the domains below it', async () => {
  const kind = await seen(by('shop.strict.example'));
  assert.equal(kind?.policy.domain, 'strict.example');
  assert.equal(kind.row.headerFrom, 'shop.strict.example');
});

test('of a null reverse-path SPF tells of the name in EHLO', async () => {
  const kind = await seen(by('strict.example', { ip: STRANGER }));
  assert.equal(kind?.row.envelopeFrom, '');
  assert.equal(kind.row.spf[0]?.domain, 'host.stranger.example');
});

test('nothing is counted for who asks for no report, or asks for none by mail', async () => {
  assert.equal(await seen(by('good.example')), undefined);
  const zone = asking();
  zone.declare('_dmarc.strict.example', { TXT: 'v=DMARC1; p=none; rua=https://r.example/' });
  assert.equal(await seen(by('strict.example'), { zone }), undefined);
});

test('what has to come again is counted when it comes', async () => {
  const zone = asking();
  zone.declare('_dmarc.strict.example', { fault: 'timeout' });
  assert.equal(await seen(by('strict.example'), { zone }), undefined);
});
