/**
 * The known tricks of who writes in the name of somebody else, each through a whole session: from the PROXY header and EHLO to the reply to the final
 * dot and to what the owner of the mailbox can read. None ends in dmarc=pass for the imitated domain. Zones, keys and the signing of odd
 * signatures are in `spoofing-world.ts`.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { HONEST, startReception, type Letter, type TestReception } from '../support/smtp/reception.ts';
import { HOSTNAME, openTestStore, type TestStore } from '../support/smtp/own-server.ts';
import { signedByBank, signedByEvil, spoofingWorld } from './spoofing-world.ts';

let at: TestStore;
let reception: TestReception;
before(async () => {
  at = await openTestStore();
  reception = await startReception(at, spoofingWorld());
});
after(async () => {
  await reception[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

/** What an attacker sends with everything of his own in order: SPF passes for him, and so does his signature. */
const ATTACK: Letter = {
  ehlo: 'host.evil.example',
  from: 'mallory@evil.example',
  header: ['From: Ann <ann@bank.example>', 'Subject: hello'],
  changed: signedByEvil(),
};
const from = (...fields: readonly string[]): Partial<Letter> => ({
  header: [...fields.map((field) => `From: ${field}`), 'Subject: hello'],
});
const signed = (tags: Parameters<typeof signedByEvil>[0]): Partial<Letter> => ({
  changed: signedByEvil(tags),
});
/** A genuine message of the bank, changed by who got it and sends it on. */
const replayed = (
  change: (message: string) => string,
  tags: Parameters<typeof signedByBank>[0] = {},
): Partial<Letter> => ({ changed: (message) => change(signedByBank(tags)(message)) });

/** The name, how the letter differs from the attack, and what becomes of it (`outcomeOf`). */
type Trick = readonly [name: string, letter: Partial<Letter>, expected: string];

const TRICKS: Readonly<Record<string, readonly Trick[]>> = {
  'the author': [
    ['nothing but the name', {}, 'reject dmarc-reject'],
    ['two From fields, the bank first', from('ann@bank.example', 'm@evil.example'), 'reject author-repeated'],
    ['two From fields, the bank last', from('m@evil.example', 'ann@bank.example'), 'reject author-repeated'],
    ['two authors of two domains', from('m@evil.example, ann@bank.example'), 'reject author-several-domains'],
    ['authors in a group and outside', from('g: ann@bank.example;, m@evil.example'), 'reject author-several-domains'],
    ['a NUL behind the address', from('ann@bank.example\0'), 'refused 554 5.6.0'],
    ['a NUL between two domains', from('ann@bank.example\0.evil.example'), 'refused 554 5.6.0'],
    ['a control character in the name', from('ann@bank.example\x07 <m@evil.example>'), 'reject author-unreadable'],
    ['a comment within the domain', from('ann@bank(.evil).example'), 'reject author-unreadable'],
    ['a comment that goes on with another domain', from('ann@bank.example(.evil.example)'), 'reject dmarc-reject'],
    ['an address in a comment', from('(ann@bank.example) m@evil.example'), 'reject author-unreadable'],
    ['an encoded word as local part', from('=?utf-8?q?ann=40bank.example=2C?=@evil.example'), 'reject author-unreadable'],
    ['an encoded word as domain', from('ann@=?utf-8?q?bank.example?='), 'reject author-unreadable'],
    ['an encoded word as whole address', from('=?utf-8?b?YW5uQGJhbmsuZXhhbXBsZQ==?='), 'reject author-unreadable'],
    ['an encoded name that shows the bank', from('=?utf-8?q?ann=40bank=2Eexample?= <m@evil.example>'), 'accept, dmarc=pass of evil.example, author-shows-another'],
    ['a quoted name that shows the bank', from('"ann@bank.example" <m@evil.example>'), 'accept, dmarc=pass of evil.example, author-shows-another'],
    ['a name like an address, not quoted', from('ann@bank.example <m@evil.example>'), 'reject author-unreadable'],
    ['an at sign in the local part', from('"ann@bank.example"@evil.example'), 'reject author-unreadable'],
    ['a route', from('<@evil.example:ann@bank.example>'), 'reject author-unreadable'],
    ['a final dot', from('ann@bank.example.'), 'reject author-unreadable'],
    ['upper case', from('ANN@BANK.EXAMPLE'), 'reject dmarc-reject'],
    ['an ideographic full stop', from('ann@bank。example'), 'reject dmarc-reject'],
    ['full-width letters', from('ann@ｂａｎｋ.example'), 'reject dmarc-reject'],
    ['a soft hyphen in the domain', from('ann@ba\u00adnk.example'), 'reject dmarc-reject'],
    ['a Cyrillic letter in UTF-8', from('Ann <ann@b\u0430nk.example>'), 'accept, dmarc=fail of xn--bnk-6cd.example, dmarc-none'],
    ['a Cyrillic letter, and everything else in order', { ...from('Ann <ann@b\u0430nk.example>'), ...signed({ d: 'xn--bnk-6cd.example' }) }, 'accept, dmarc=pass of xn--bnk-6cd.example'],
    ['a right-to-left mark in the domain', from('ann@bank.example\u200f'), 'reject author-unreadable'],
    ['a From hidden behind a bare line of text', { header: ['From: m@evil.example', 'no field', 'From: ann@bank.example', 'Subject: hello'] }, 'reject author-unreadable'],
    ['a space before the colon of a second From', { header: ['From: m@evil.example', 'From : ann@bank.example', 'Subject: hello'] }, 'reject author-repeated'],
    ['a zero-width space in the name of a second From', { header: ['From: m@evil.example', 'Fr\u200bom: ann@bank.example', 'Subject: hello'] }, 'reject author-unreadable'],
    ['an empty From before another', from('', 'ann@bank.example'), 'reject author-repeated'],
    ['no From, but a Sender', { header: ['Sender: ann@bank.example', 'Subject: hello'] }, 'junk author-replaced'],
    ['no From, but a Resent-From', { header: ['Resent-From: ann@bank.example', 'Subject: hello'] }, 'junk author-replaced'],
    ['no From, but a Reply-To', { header: ['Reply-To: ann@bank.example', 'Subject: hello'] }, 'junk author-replaced'],
    ['no From, a Sender of the attacker and a Reply-To of the bank', { header: ['Sender: m@evil.example', 'Reply-To: ann@bank.example', 'Subject: hello'] }, 'junk author-replaced'],
    ['an empty From, and a Sender', { header: ['From: ', 'Sender: ann@bank.example', 'Subject: hello'] }, 'junk author-replaced'],
    ['no From, and a Sender that is read in several ways', { header: ['Sender: ann@bank(.evil).example', 'Subject: hello'] }, 'junk author-unclear'],
    ['no From, the bank after many others', { header: ['Reply-To: a@a.example, a@b.example, a@c.example, a@d.example, ann@bank.example', 'Subject: hello'] }, 'junk author-unclear'],
    ['no From, and a Sender of its own', { header: ['Sender: m@evil.example', 'Subject: hello'] }, 'accept, dmarc=permerror, author-missing'],
    ['no From, and nobody else', { header: ['Subject: hello'] }, 'accept, dmarc=permerror, author-missing'],
    ['a folded From with the address far away', from(`Ann${'\r\n \t'.repeat(200)}<ann@bank.example>`), 'reject dmarc-reject'],
    ['a very long name', from(`"${'x'.repeat(60_000)}" <ann@bank.example>`), 'reject author-unreadable'],
    ['a thousand authors', from(`${'m@evil.example, '.repeat(1000)}ann@bank.example`), 'reject author-unreadable'],
    ['a long header before the From', { header: [`X-Long: ${'y'.repeat(300_000)}`, 'From: ann@bank.example', 'Subject: hello'] }, 'reject dmarc-reject'],
    ['a header beyond all bounds before the From', { header: [`X-Long: ${'y\r\n '.repeat(300_000)}`, 'From: ann@bank.example', 'Subject: hello'] }, 'reject header-too-long'],
  ],
  'the signature': [
    ['of another domain', signed({ d: 'evil.example' }), 'reject dmarc-reject'],
    ['in the name of the bank, by another key', signed({ d: 'bank.example' }), 'reject dmarc-reject'],
    ['of a child that is an organization of its own', signed({ d: 'shop.bank.example' }), 'reject dmarc-reject'],
    ['of a child that has a key of the attacker, where the domain is strict', { ...from('ann@strict.example'), ...signed({ d: 'partner.strict.example' }) }, 'reject dmarc-reject'],
    ['of the parent, a public suffix', signed({ d: 'example' }), 'reject dmarc-reject'],
    ['of a sibling that ends alike', signed({ d: 'notbank.example' }), 'reject dmarc-reject'],
    ['of a child of the attacker that begins like the bank', signed({ d: 'bank.example.evil.example' }), 'reject dmarc-reject'],
    ['of a homograph', signed({ d: 'xn--bnk-6cd.example' }), 'reject dmarc-reject'],
    ['of a homograph in UTF-8', signed({ d: 'b\u0430nk.example' }), 'reject dmarc-reject'],
    ['with a final dot', signed({ d: 'evil.example.' }), 'reject dmarc-reject'],
    ['with a final dot, of the bank', signed({ d: 'bank.example.' }), 'reject dmarc-reject'],
    ['in upper case', signed({ d: 'EVIL.EXAMPLE' }), 'reject dmarc-reject'],
    ['with an underscore', signed({ d: 'bank_.evil.example' }), 'reject dmarc-reject'],
    ['of the name of the key itself', signed({ d: '_domainkey.evil.example' }), 'reject dmarc-reject'],
    ['with a space in d=', signed({ d: 'bank.example evil.example' }), 'reject dmarc-reject'],
    ['folded within d=', signed({ d: 'evil.example\r\n .bank.example' }), 'reject dmarc-reject'],
    ['with a NUL in d=', signed({ d: 'evil.example\0.bank.example' }), 'refused 554 5.6.0'],
    ['with two d=', signed({ d: 'evil.example; d=bank.example' }), 'reject dmarc-reject'],
    ['with D= beside d=', signed({ d: 'evil.example', more: 'D=bank.example' }), 'reject dmarc-reject'],
    ['with an at sign in d=', signed({ d: 'bank.example@evil.example' }), 'reject dmarc-reject'],
    ['with an empty d=', signed({ d: '' }), 'reject dmarc-reject'],
    ['with i= of the bank', signed({ d: 'evil.example', more: 'i=ann@bank.example' }), 'reject dmarc-reject'],
    ['that leaves From out', signed({ h: 'subject:date' }), 'reject dmarc-reject'],
  ],
  'a genuine message of the bank, sent on': [
    ['with a From above', replayed((message) => `From: m@evil.example\r\n${message}`), 'reject author-repeated'],
    ['with a From below', replayed((message) => message.replace('Subject:', 'From: m@evil.example\r\nSubject:')), 'reject author-repeated'],
    ['with a second Subject', replayed((message) => `Subject: pay here\r\n${message}`), 'reject dmarc-reject'],
    ['with a second Subject, where h= forbids it', replayed((message) => `Subject: pay here\r\n${message}`, { h: 'from:from:subject:subject:date' }), 'reject dmarc-reject'],
    ['with another From in its place', replayed((message) => message.replace('ann@bank', 'eve@bank')), 'reject dmarc-reject'],
    ['with more body', replayed((message) => `${message}pay here\r\n`), 'reject dmarc-reject'],
    ['with more body than l= covers', replayed((message) => `${message}pay here\r\n`, { l: 7 }), 'reject dmarc-reject'],
    ['with l= of nothing', replayed((message) => message.replace('Hello', 'Pay'), { l: 0 }), 'reject dmarc-reject'],
    ['with l= beyond the end', replayed(String, { l: 700 }), 'reject dmarc-reject'],
  ],
  'the envelope': [
    ['MAIL FROM of the bank', { from: 'ann@bank.example' }, 'reject dmarc-reject'],
    ['MAIL FROM of the bank in quotes', { from: '"ann@bank.example"@evil.example' }, 'reject dmarc-reject'],
    ['MAIL FROM with a route', { from: '@bank.example:m@evil.example' }, 'reject dmarc-reject'],
    ['MAIL FROM of a child of the bank', { from: 'ann@online.bank.example' }, 'reject dmarc-reject'],
    ['a null reverse-path, HELO of the attacker', { from: '' }, 'reject dmarc-reject'],
    ['a null reverse-path, HELO of the bank', { from: '', ehlo: 'mx.bank.example' }, 'reject dmarc-reject'],
    ['a null reverse-path, HELO of the domain itself', { from: '', ehlo: 'bank.example' }, 'reject dmarc-reject'],
    ['HELO of the bank', { ehlo: 'mx.bank.example' }, 'reject dmarc-reject'],
    ['HELO with our own name', { ehlo: HOSTNAME }, 'reject dmarc-reject'],
    ['from the host of the bank, in the name of another domain', { ip: HONEST, ehlo: 'mx.bank.example', from: 'ann@bank.example', ...from('ann@strict.example') }, 'reject dmarc-reject'],
  ],
  'the name': [
    ['a subdomain that is there', from('ann@online.bank.example'), 'reject dmarc-reject'],
    ['a subdomain that is not', from('ann@nowhere.bank.example'), 'reject dmarc-reject'],
    ['a subdomain that is there, by sp=', from('ann@mail.group.example'), 'junk dmarc-quarantine'],
    ['a subdomain that is not, by np=', from('ann@nowhere.group.example'), 'reject dmarc-reject'],
    ['the domain itself, which asks for nothing', from('ann@group.example'), 'accept, dmarc=fail of group.example, dmarc-none'],
    ['a subdomain thirty labels down', from(`ann@${'a.'.repeat(30)}bank.example`), 'reject dmarc-reject'],
    ['the record itself', from('ann@_dmarc.bank.example'), 'reject dmarc-reject'],
    ['the public suffix', from('ann@example'), 'accept, dmarc=fail of example, dmarc-none'],
    ['a domain that is careless', from('ann@careless.example'), 'accept, dmarc=fail of careless.example, dmarc-none'],
  ],
};

test('without a trick the bank passes, by its signature alone too', async () => {
  const genuine = { ...ATTACK, changed: signedByBank() };
  for (const letter of [
    { ...genuine, ip: HONEST, ehlo: 'mx.bank.example', from: 'ann@bank.example' },
    genuine,
  ]) {
    const { messageId } = await reception.send(letter);
    const { role, text } = (await reception.read('bob', messageId))!;
    assert.equal(role, 'inbox');
    assert.match(ownResults(text), /; dmarc=pass header\.from=bank\.example/);
  }
});

for (const [family, tricks] of Object.entries(TRICKS))
  describe(family, () => {
    for (const [name, letter, expected] of tricks)
      test(`${name}: ${expected}`, async () => {
        assert.equal(await outcomeOf(letter), expected);
      });
  });

const IMITATED = /(?:^|\.)(?:bank|strict|group|careless)\.example$/;

/**
 * The reply where the message was refused before it was judged; the verdict with its reasons where it did not reach the inbox; else what
 * its owner can read of DMARC, and what else was found.
 */
async function outcomeOf(letter: Partial<Letter>): Promise<string> {
  const { reply, messageId } = await reception.send({ ...ATTACK, ...letter });
  const events = await reception.judged(messageId!);
  const judged = events.find(({ type }) => type === 'message.judged')?.public;
  if (judged === undefined) return `refused ${reply.slice(0, 9)}`;
  const { verdict, reasons, also } = judged as Record<string, unknown> & Judged;
  const mail = await reception.read('bob', messageId);
  assert.equal(mail?.role, { accept: 'inbox', junk: 'junk', reject: undefined }[verdict]);
  const results = mail === undefined ? '' : ownResults(mail.text);
  const [, result, domain] = /; dmarc=(\w+)(?:[^;]*? header\.from=(\S+))?/.exec(results) ?? [];
  assert.ok(result !== 'pass' || !IMITATED.test(domain!), results);
  if (verdict !== 'accept') return [verdict, ...reasons].join(' ');
  return [`accept, dmarc=${result}${domain ? ` of ${domain}` : ''}`, ...also].join(', ');
}

interface Judged {
  readonly verdict: 'accept' | 'junk' | 'reject';
  readonly reasons: readonly string[];
  readonly also: readonly string[];
}

describe('fields in our name that a stranger wrote are not shown', () => {
  const CLAIM = 'dmarc=pass header.from=bank.example';
  const DRESSES: readonly (readonly [name: string, field: string])[] = [
    ['plain', `Authentication-Results: ${HOSTNAME}; ${CLAIM}`],
    ['in lower case', `authentication-results:${HOSTNAME};${CLAIM}`],
    ['our name in upper case', `Authentication-Results: ${HOSTNAME.toUpperCase()}; ${CLAIM}`],
    ['a space before the colon', `Authentication-Results : ${HOSTNAME}; ${CLAIM}`],
    ['folded before our name', `Authentication-Results:\r\n ${HOSTNAME}; ${CLAIM}`],
    ['folded with tabs, a line for each', `Authentication-Results:\r\n\t${HOSTNAME}\r\n\t;\r\n\t${CLAIM}`],
    ['behind a comment', `Authentication-Results: (of (the) MX) ${HOSTNAME}; ${CLAIM}`],
    ['in quotes', `Authentication-Results: "${HOSTNAME}"; ${CLAIM}`],
    ['in quotes, escaped', `Authentication-Results: "mail.ex\\ample.test"; ${CLAIM}`],
    ['with a version', `Authentication-Results: ${HOSTNAME} 1; ${CLAIM}`],
    ['with a final dot', `Authentication-Results: ${HOSTNAME}.; ${CLAIM}`],
    ['without a semicolon', `Authentication-Results: ${HOSTNAME} ${CLAIM}`],
    ['as an encoded word', `Authentication-Results: =?utf-8?q?${HOSTNAME}?=; ${CLAIM}`],
    ['our name beside another', `Authentication-Results: x.example, ${HOSTNAME}; ${CLAIM}`],
    ['without any name', `Authentication-Results: ; ${CLAIM}`],
    ['a comment that does not end', `Authentication-Results: x.example (; ${HOSTNAME}; ${CLAIM}`],
    ['twice', `Authentication-Results: ${HOSTNAME}; ${CLAIM}\r\nAuthentication-Results: ${HOSTNAME}; ${CLAIM}`],
    ['very long', `Authentication-Results: (${'x'.repeat(50_000)}) ${HOSTNAME}; ${CLAIM}`],
    ['our verdict', `X-Hikyaku-Verdict: accept; ${CLAIM}`],
    ['our verdict in lower case, a space before the colon', `x-hikyaku-verdict : accept; ${CLAIM}`],
    ['our verdict, folded', `X-Hikyaku-Verdict:\r\n accept;\r\n ${CLAIM}`],
    ['a Return-Path', `Return-Path: <ann@bank.example> (${CLAIM})`],
  ];
  for (const [name, field] of DRESSES)
    for (const place of ['above From', 'below From'] as const)
      test(`${name}, ${place}`, async () => {
        const author = 'From: ann@careless.example';
        const fields = place === 'above From' ? [field, author] : [author, field];
        const letter = { ...ATTACK, header: [...fields, 'Subject: hello'] };
        const { messageId } = await reception.send(letter);
        const { text } = (await reception.read('bob', messageId))!;
        assert.match(ownResults(text), /; dmarc=fail .*header\.from=careless\.example/);
        assert.ok(!headerOf(text).includes('pass header.from=bank.example'), headerOf(text));
        assert.match(text, /^Subject: hello\r\n/m);
      });
});

function headerOf(text: string): string {
  return text.slice(0, text.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ');
}

/** Our field, which is the only one in our name, or that any program could take for one. */
function ownResults(text: string): string {
  const lines = headerOf(text).split('\r\n');
  const own = lines.filter((line) => /^authentication-results\s*:/i.test(line));
  assert.equal(own.length, 1, own.join('\n'));
  assert.ok(own[0]!.startsWith(`Authentication-Results: ${HOSTNAME};`), own[0]);
  return own[0]!;
}
