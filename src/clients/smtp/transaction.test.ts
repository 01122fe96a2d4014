import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailbox, mailOf, sessionTo } from '../../../test/support/smtp/client.ts';
import {
  HANG_UP,
  SILENCE,
  startSmtpPeer,
  type Moment,
  type PeerScript,
  type Reaction,
} from '../../../test/support/smtp/scripted-peer.ts';
import type { SmtpClientLimits } from './limits.ts';
import type { Mail } from './mail.ts';
import type { RecipientOutcome } from './outcome.ts';

const TEXT = 'Subject: hello\r\n\r\nhello\r\n';
const SEQUENTIAL: PeerScript = {};
const PIPELINED: PeerScript = { extensions: ['PIPELINING'] };
const CHUNKED: PeerScript = { extensions: ['CHUNKING'] };
const EAGER: PeerScript = { extensions: ['PIPELINING', 'CHUNKING'] };
const WAYS = { SEQUENTIAL, PIPELINED, CHUNKED, EAGER };

async function deliver(
  script: PeerScript,
  mail: Mail = mailOf(TEXT),
  limits: Partial<SmtpClientLimits> = {},
) {
  await using peer = await startSmtpPeer(script);
  await using session = await sessionTo(peer.port, {}, { quitMs: 30, ...limits });
  const delivery = await session.deliver(mail);
  return {
    delivery,
    outcomes: delivery.outcomes.map(told),
    reusable: session.reusable,
    commands: peer.commands.slice(1),
    accepted: [...peer.accepted],
  };
}

/** `deferred rcpt 4.2.1` */
function told(outcome: RecipientOutcome): string {
  if (outcome.kind === 'abandoned') return 'abandoned';
  if (outcome.kind === 'delivered') return `delivered ${outcome.status}`;
  return `${outcome.kind} ${outcome.stage} ${outcome.status}`;
}

/** RCPT answered by what stands in the address: `550-x@…` with 550, others with 250. */
const byAddress = (line: string): string => {
  const code = /<(\d{3})/.exec(line)?.[1];
  return code === undefined
    ? '250 2.1.5 ok'
    : `${code} ${code.startsWith('4') ? '4.2.1' : '5.1.1'} no`;
};

for (const [name, script] of Object.entries(WAYS)) {
  test(`${name}: a mail for one is delivered with the peer's own words`, async () => {
    const { delivery, reusable, accepted } = await deliver(script);
    assert.deepEqual(delivery.outcomes, [
      {
        kind: 'delivered',
        status: '2.0.0',
        reply: { code: 250, enhanced: '2.0.0', lines: ['queued'] },
      },
    ]);
    assert.equal(reusable, true);
    assert.equal(accepted.length, 1);
    assert.equal(accepted[0]!.content.toString(), TEXT);
    assert.equal(accepted[0]!.mail, 'MAIL FROM:<alice@client.test>');
    assert.deepEqual(accepted[0]!.recipients, ['RCPT TO:<bob@peer.test>']);
  });

  test(`${name}: every mix of RCPT replies gives each recipient its own outcome`, async () => {
    const to = ['a@peer.test', '550b@peer.test', '450c@peer.test', 'd@peer.test'];
    const { outcomes, accepted, reusable } = await deliver(
      { ...script, answers: { RCPT: byAddress } },
      mailOf(TEXT, to),
    );
    assert.deepEqual(outcomes, [
      'delivered 2.0.0',
      'failed rcpt 5.1.1',
      'deferred rcpt 4.2.1',
      'delivered 2.0.0',
    ]);
    assert.deepEqual(accepted[0]!.recipients, ['RCPT TO:<a@peer.test>', 'RCPT TO:<d@peer.test>']);
    assert.equal(reusable, true);
  });

  test(`${name}: with every RCPT refused no content is accepted, and the next mail begins with RSET`, async () => {
    await using peer = await startSmtpPeer({ ...script, answers: { RCPT: byAddress } });
    await using session = await sessionTo(peer.port);
    const refused = await session.deliver(mailOf(TEXT, ['550a@peer.test', '450b@peer.test']));
    assert.deepEqual(refused.outcomes.map(told), ['failed rcpt 5.1.1', 'deferred rcpt 4.2.1']);
    assert.equal(peer.accepted.length, 0);
    const next = await session.deliver(mailOf(TEXT, ['ok@peer.test']));
    assert.deepEqual(next.outcomes.map(told), ['delivered 2.0.0']);
    assert.equal(peer.accepted.length, 1);
    assert.equal(peer.commands.filter((line) => line === 'RSET').length, 1);
    const third = await session.deliver(mailOf(TEXT, ['ok@peer.test']));
    assert.deepEqual(third.outcomes.map(told), ['delivered 2.0.0']);
    assert.equal(peer.commands.filter((line) => line === 'RSET').length, 1);
  });

  test(`${name}: MAIL refused decides for all, and the session goes on`, async () => {
    await using peer = await startSmtpPeer({
      ...script,
      answers: { MAIL: (_, times) => (times === 1 ? '451 4.7.1 greylisted' : undefined) },
    });
    await using session = await sessionTo(peer.port);
    const first = await session.deliver(mailOf(TEXT, ['a@peer.test', 'b@peer.test']));
    assert.deepEqual(first.outcomes.map(told), ['deferred mail 4.7.1', 'deferred mail 4.7.1']);
    assert.equal(peer.accepted.length, 0);
    const second = await session.deliver(mailOf(TEXT));
    assert.deepEqual(second.outcomes.map(told), ['delivered 2.0.0']);
  });

  test(`${name}: 421 anywhere defers whoever is undecided and ends the session`, async () => {
    const moments: Moment[] = [
      'MAIL',
      'RCPT',
      script.extensions?.includes('CHUNKING') ? 'BDAT' : 'DATA',
    ];
    for (const moment of moments) {
      const { outcomes, reusable, accepted } = await deliver({
        ...script,
        answers: { [moment]: '421 4.3.2 closing' },
      });
      assert.equal(outcomes.length, 1);
      assert.match(outcomes[0]!, /^deferred (mail|rcpt|data|end-of-data) 4\.3\.2$/, moment);
      assert.equal(reusable, false);
      assert.equal(accepted.length, 0);
    }
  });

  test(`${name}: a refusal that came before 421 stays`, async () => {
    const { outcomes } = await deliver(
      {
        ...script,
        answers: { RCPT: (line) => (line.includes('<421') ? '421 bye' : byAddress(line)) },
      },
      mailOf(TEXT, ['550a@peer.test', 'b@peer.test', '421c@peer.test', 'd@peer.test']),
    );
    assert.deepEqual(outcomes, [
      'failed rcpt 5.1.1',
      'deferred rcpt 4.3.2',
      'deferred rcpt 4.3.2',
      'deferred rcpt 4.3.2',
    ]);
  });

  test(`${name}: a peer that hangs up, goes silent or talks nonsense defers and ends the session`, async () => {
    const eager = script === EAGER;
    const end: Moment = script.extensions?.includes('CHUNKING') ? 'BDAT' : 'END-OF-DATA';
    const moments = [
      ['MAIL', 'mailMs'],
      ['RCPT', 'rcptMs'],
      [end, 'endOfDataMs'],
    ] as const;
    for (const [moment, patience] of moments) {
      for (const [reaction, status] of [
        [HANG_UP, '4.4.2'],
        [SILENCE, '4.4.2'],
        ['whatever', '4.5.0'],
        [{ raw: 'x'.repeat(9000) }, '4.5.0'],
        ['354 go', '4.5.0'],
      ] as readonly (readonly [Reaction, string])[]) {
        const { outcomes, reusable } = await deliver(
          { ...script, answers: { [moment]: reaction } },
          mailOf(TEXT, ['a@peer.test', 'b@peer.test']),
          reaction === SILENCE ? { [patience]: 40 } : {},
        );
        const uncertain: boolean = (eager && reaction !== '354 go') || moment === end;
        const stage: string = uncertain ? 'end-of-data' : moment.toLowerCase();
        const expected: string = `deferred ${stage} ${status}`;
        assert.deepEqual(outcomes, [expected, expected], moment);
        assert.equal(reusable, false);
      }
    }
  });
}

test('the final reply decides for all who were accepted, by its class', async () => {
  for (const script of [SEQUENTIAL, PIPELINED]) {
    for (const [reply, expected] of [
      ['550 5.7.1 spam', 'failed end-of-data 5.7.1'],
      ['552 too big', 'failed end-of-data 5.3.4'],
      ['452 no room', 'deferred end-of-data 4.3.1'],
    ] as const) {
      const { outcomes, reusable } = await deliver(
        { ...script, answers: { 'END-OF-DATA': reply, RCPT: byAddress } },
        mailOf(TEXT, ['a@peer.test', '550b@peer.test']),
      );
      assert.deepEqual(outcomes, [expected, 'failed rcpt 5.1.1']);
      assert.equal(reusable, true);
    }
  }
});

test('DATA refused, or answered with anything but 354, sends no content', async () => {
  for (const script of [SEQUENTIAL, PIPELINED]) {
    for (const [reply, expected, reusable] of [
      ['451 4.3.0 later', 'deferred data 4.3.0', true],
      ['554 5.5.1 no', 'failed data 5.5.1', true],
      ['250 ok', 'deferred data 4.5.0', false],
    ] as const) {
      const result = await deliver({ ...script, answers: { DATA: reply } });
      assert.deepEqual(result.outcomes, [expected]);
      assert.equal(result.reusable, reusable);
      assert.equal(result.accepted.length, 0);
      assert.ok(!result.commands.some((line) => line.includes('hello')));
    }
  }
});

test('pipelined DATA accepted with nobody to receive is answered with a lone dot', async () => {
  await using peer = await startSmtpPeer({
    ...PIPELINED,
    answers: { RCPT: byAddress, DATA: '354 go ahead', 'END-OF-DATA': '554 5.5.1 no recipients' },
  });
  await using session = await sessionTo(peer.port);
  const delivery = await session.deliver(mailOf(TEXT, ['550a@peer.test', '550b@peer.test']));
  assert.deepEqual(delivery.outcomes.map(told), ['failed rcpt 5.1.1', 'failed rcpt 5.1.1']);
  const lines = delivery.dialogue.flatMap((entry) => (entry.kind === 'sent' ? [entry.line] : []));
  assert.deepEqual(lines.slice(-2), ['DATA', '.']);
  assert.ok(!delivery.dialogue.some((entry) => entry.kind === 'content'));
  assert.equal(session.reusable, true);
});

test('a peer that refuses MAIL and takes RCPT and DATA all the same gets no empty message: the connection ends', async () => {
  // A peer of its own making: it answers the whole group in one go.
  await using peer = await startSmtpPeer({
    ...PIPELINED,
    answers: {
      MAIL: { raw: '550 5.7.1 no\r\n250 ok\r\n354 go\r\n' },
    },
  });
  await using session = await sessionTo(peer.port);
  const delivery = await session.deliver(mailOf(TEXT));
  assert.deepEqual(delivery.outcomes.map(told), ['failed mail 5.7.1']);
  assert.equal(session.reusable, false);
  assert.equal(peer.accepted.length, 0);
});

test('MAIL, RCPT and BDAT with small content leave in one piece where the peer allows it', async () => {
  await using peer = await startSmtpPeer(EAGER);
  await using session = await sessionTo(peer.port);
  const before = peer.reads;
  await session.deliver(mailOf(TEXT, ['a@peer.test', 'b@peer.test']));
  assert.equal(peer.reads - before, 1);
  assert.deepEqual(peer.commands.slice(1), [
    'MAIL FROM:<alice@client.test>',
    'RCPT TO:<a@peer.test>',
    'RCPT TO:<b@peer.test>',
    `BDAT ${TEXT.length} LAST`,
  ]);
});

test('MAIL, RCPT and DATA leave together, the content after 354', async () => {
  await using peer = await startSmtpPeer(PIPELINED);
  await using session = await sessionTo(peer.port);
  const before = peer.reads;
  await session.deliver(mailOf(TEXT));
  assert.equal(peer.reads - before, 2);
});

test('without PIPELINING nothing is sent before its predecessor is answered, and nothing after a refusal', async () => {
  const refused = await deliver({ answers: { MAIL: '550 5.7.1 no' } });
  assert.deepEqual(refused.commands, ['MAIL FROM:<alice@client.test>']);
  const nobody = await deliver({ answers: { RCPT: byAddress } }, mailOf(TEXT, ['550a@peer.test']));
  assert.deepEqual(nobody.commands, ['MAIL FROM:<alice@client.test>', 'RCPT TO:<550a@peer.test>']);
});

test('a reply without an enhanced status gets one derived', async () => {
  const { outcomes } = await deliver(
    { answers: { RCPT: (line) => (line.includes('<a') ? '550 no such user' : '450 busy') } },
    mailOf(TEXT, ['a@peer.test', 'b@peer.test']),
  );
  assert.deepEqual(outcomes, ['failed rcpt 5.0.0', 'deferred rcpt 4.2.0']);
});

test('parameters go along only where the peer offers the extension', async () => {
  const mail = mailOf('Subject: caf\xe9\r\n\r\n', ['bob@peer.test'], {
    envid: 'QQ314159',
    ret: 'HDRS',
    recipients: [
      {
        mailbox: mailbox('bob@peer.test'),
        notify: ['SUCCESS', 'FAILURE'],
        orcpt: 'rfc822;Bob@peer.test',
      },
    ],
  });
  const full = await deliver({ extensions: ['SIZE', '8BITMIME', 'DSN'] }, mail);
  assert.deepEqual(full.commands.slice(0, 2), [
    'MAIL FROM:<alice@client.test> SIZE=17 BODY=8BITMIME RET=HDRS ENVID=QQ314159',
    'RCPT TO:<bob@peer.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob@peer.test',
  ]);
  assert.equal(full.delivery.dsnPassedOn, true);
  const bare = await deliver({ extensions: ['8BITMIME'] }, mail);
  assert.deepEqual(bare.commands.slice(0, 2), [
    'MAIL FROM:<alice@client.test> BODY=8BITMIME',
    'RCPT TO:<bob@peer.test>',
  ]);
  assert.equal(bare.delivery.dsnPassedOn, false);
});

test('the null reverse-path is sent as <>', async () => {
  const { commands } = await deliver(SEQUENTIAL, mailOf(TEXT, undefined, { reversePath: null }));
  assert.equal(commands[0], 'MAIL FROM:<>');
});

test('what a peer cannot take fails without being tried, and nothing is re-encoded', async () => {
  const eightBit = mailOf('Subject: caf\xe9\r\n\r\n');
  const utf8Header = mailOf(TEXT, undefined, {}, { smtputf8: true });
  const utf8Sender = mailOf(TEXT, undefined, { reversePath: mailbox('ålice@client.test') });
  for (const [extensions, mail, expected] of [
    [['SIZE 10'], mailOf(TEXT), 'failed mail 5.3.4'],
    [['SIZE 0'], mailOf(TEXT), 'delivered 2.0.0'],
    [['SIZE'], mailOf(TEXT), 'delivered 2.0.0'],
    [[], eightBit, 'failed mail 5.6.3'],
    [['8BITMIME'], utf8Header, 'failed mail 5.6.7'],
    [['8BITMIME'], utf8Sender, 'failed mail 5.6.7'],
    [['8BITMIME', 'SMTPUTF8'], utf8Header, 'delivered 2.0.0'],
  ] as const) {
    const { outcomes, commands, reusable } = await deliver({ extensions }, mail);
    assert.deepEqual(outcomes, [expected]);
    assert.equal(commands.length > 0, expected.startsWith('delivered'));
    assert.equal(reusable, true);
  }
});

test('an address that is not ASCII fails alone where the peer has no SMTPUTF8, and is sent where it has', async () => {
  const mail = mailOf(TEXT, ['bob@peer.test', '飛脚@peer.test']);
  const without = await deliver({ extensions: ['8BITMIME'] }, mail);
  assert.deepEqual(without.outcomes, ['delivered 2.0.0', 'failed mail 5.6.7']);
  assert.deepEqual(without.accepted[0]!.recipients, ['RCPT TO:<bob@peer.test>']);
  const offered = await deliver({ extensions: ['8BITMIME', 'SMTPUTF8'] }, mail);
  assert.deepEqual(offered.outcomes, ['delivered 2.0.0', 'delivered 2.0.0']);
  assert.equal(offered.commands[0], 'MAIL FROM:<alice@client.test> SMTPUTF8');
  assert.equal(offered.commands[2], 'RCPT TO:<飛脚@peer.test>');
});

test('a reply too many makes the last one worth nothing: a duplicate rather than a loss', async () => {
  for (const script of [PIPELINED, EAGER]) {
    const { outcomes, reusable } = await deliver({
      ...script,
      answers: { MAIL: { raw: '250 ok\r\n250 twice\r\n' }, BDAT: '550 5.7.1 spam' },
    });
    assert.match(outcomes[0]!, /^deferred (data|end-of-data) 4\.5\.0$/);
    assert.equal(reusable, false);
  }
});

test('421 right behind the acceptance does not take it back, and ends the session', async () => {
  for (const [script, moment] of [
    [PIPELINED, 'END-OF-DATA'],
    [EAGER, 'BDAT'],
  ] as const) {
    const { outcomes, reusable } = await deliver({
      ...script,
      answers: { [moment]: { raw: '250 2.0.0 queued\r\n421 4.3.2 enough\r\n' } },
    });
    assert.deepEqual(outcomes, ['delivered 2.0.0']);
    assert.equal(reusable, false);
  }
});
