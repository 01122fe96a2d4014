/**
 * Any commands in any order by two sessions of one mailbox: each gets one answer, numbers move only when they may (the client's
 * witness), nothing is a bug of ours, and both end with what the mailbox has.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fetched, ImapClient, literal, type Piece } from '../../../test/support/imap/client.ts';
import { ownImap } from '../../../test/support/imap/own-server.ts';

const bugs: unknown[] = [];
const log = {
  debug() {},
  info() {},
  warn() {},
  error: (name: string, fields?: object) => void bugs.push({ name, ...fields }),
};

const own = ownImap({ log, limits: { badCommands: 10_000, appendMessages: 3 } });

const number = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 5 }).map(String) },
  { weight: 5, arbitrary: fc.constant('*') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('0', '4294967295', '4294967296', '99999999999999999999'),
  },
);
const range = fc.oneof(
  number,
  fc.tuple(number, number).map(([a, b]) => `${a}:${b}`),
);
const set = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(range, { minLength: 1, maxLength: 3 }).map((all) => all.join()),
  },
  { weight: 8, arbitrary: fc.constantFrom('$', '1:*', '2', '1') },
  { weight: 1, arbitrary: fc.constant('') },
);
const mailbox = fc.constantFrom(
  'INBOX',
  'box',
  'box',
  'box/below',
  'other',
  '"no such"',
  '&ZeVnLIqe-',
  '&bad',
  '""',
  '/',
  'a//b',
);
const flags = fc.constantFrom(
  '(\\Seen)',
  '(\\Deleted)',
  '(\\Flagged word $Other)',
  '()',
  '\\Answered',
  '(\\Nonsense)',
  '(WORD)',
);
const section = fc.constantFrom(
  '',
  'HEADER',
  'TEXT',
  '1',
  '2.MIME',
  '1.1.1',
  'HEADER.FIELDS (Subject X-None)',
  'HEADER.FIELDS.NOT (subject)',
);
const item = fc.oneof(
  fc.constantFrom(
    'FLAGS',
    'UID',
    'ENVELOPE',
    'BODYSTRUCTURE',
    'BODY',
    'RFC822',
    'RFC822.SIZE',
    'INTERNALDATE',
    'MODSEQ',
    'PREVIEW',
    'PREVIEW (LAZY)',
    'EMAILID',
    'THREADID',
    'SAVEDATE',
    'BINARY[1]',
    'BINARY.SIZE[1]',
    'BINARY.PEEK[]<0.5>',
    'ALL',
  ),
  section.map((text) => `BODY[${text}]`),
  section.map((text) => `BODY.PEEK[${text}]<1.5>`),
);
const items = fc
  .array(item, { minLength: 1, maxLength: 4 })
  .map((list) => (list.length === 1 ? list[0]! : `(${list.join(' ')})`));
const key = fc.oneof(
  fc.constantFrom(
    'ALL',
    'SEEN',
    'UNDELETED',
    'KEYWORD word',
    'TEXT dear',
    'BODY bye',
    'SUBJECT "letter"',
    'HEADER X-None ""',
    'SINCE 1-Jan-2020',
    'SENTBEFORE 1-Jan-2020',
    'LARGER 10',
    'OLDER 5',
    'MODSEQ 3',
    'NOT (OR SEEN DELETED)',
    'SAVEDATESUPPORTED',
    'NONSENSE',
  ),
  set,
  set.map((text) => `UID ${text}`),
);
const returns = fc.constantFrom(
  '',
  'RETURN () ',
  'RETURN (MIN MAX COUNT) ',
  'RETURN (SAVE) ',
  'RETURN (PARTIAL -1:-2) ',
  'RETURN (ALL SAVE) ',
);
const uid = fc.constantFrom('', 'UID ');
const words = (...parts: readonly (fc.Arbitrary<string> | string)[]): fc.Arbitrary<Piece[]> =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((texts) => [texts.join('')]);
const message = fc
  .constantFrom('Subject: letter\r\n\r\nDear you\r\nBye\r\n', '', 'x', '\r\n\r\n')
  .map((text) => literal(text, { form: 'non-synchronising' }));

const command: fc.Arbitrary<Piece[]> = fc.oneof(
  { weight: 6, arbitrary: words(uid, 'FETCH ', set, ' ', items) },
  { weight: 2, arbitrary: words('UID FETCH ', set, ' (FLAGS) (CHANGEDSINCE 3 VANISHED)') },
  {
    weight: 4,
    arbitrary: words(
      uid,
      'STORE ',
      set,
      fc.constantFrom(' ', ' (UNCHANGEDSINCE 5) '),
      fc.constantFrom('+', '-', ''),
      fc.constantFrom('FLAGS ', 'FLAGS.SILENT '),
      flags,
    ),
  },
  { weight: 3, arbitrary: words(uid, 'SEARCH ', returns, key, ' ', key) },
  { weight: 1, arbitrary: words(uid, 'SORT ', returns, '(REVERSE SUBJECT ARRIVAL) UTF-8 ', key) },
  {
    weight: 1,
    arbitrary: words(
      uid,
      'THREAD ',
      fc.constantFrom('REFERENCES', 'ORDEREDSUBJECT'),
      ' UTF-8 ',
      key,
    ),
  },
  { weight: 3, arbitrary: words(uid, fc.constantFrom('COPY ', 'MOVE '), set, ' ', mailbox) },
  { weight: 3, arbitrary: words(fc.constantFrom('EXPUNGE', 'UID EXPUNGE 1:5', 'NOOP', 'CHECK')) },
  {
    weight: 3,
    arbitrary: words(
      fc.constantFrom('SELECT ', 'EXAMINE ', 'SELECT ', 'STATUS '),
      mailbox,
      ' (MESSAGES)',
    ),
  },
  {
    weight: 3,
    arbitrary: words(
      fc.constantFrom(
        'SELECT ',
        'CREATE ',
        'DELETE ',
        'SUBSCRIBE ',
        'UNSUBSCRIBE ',
        'GETQUOTAROOT ',
      ),
      mailbox,
    ),
  },
  { weight: 1, arbitrary: words('RENAME ', mailbox, ' ', mailbox) },
  {
    weight: 2,
    arbitrary: words(
      fc.constantFrom('LIST "" ', 'LSUB "" ', 'LIST (SUBSCRIBED RECURSIVEMATCH) "" '),
      fc.constantFrom('*', '%', 'box/%', '""', '(a b)'),
      fc.constantFrom('', ' RETURN (CHILDREN STATUS (UNSEEN SIZE))'),
    ),
  },
  {
    weight: 2,
    arbitrary: words(
      fc.constantFrom(
        'CLOSE',
        'UNSELECT',
        'CAPABILITY',
        'NAMESPACE',
        'ID NIL',
        'ENABLE CONDSTORE',
        'UIDBATCHES 500',
        'GETMETADATA box /private/comment',
        'SETMETADATA box (/private/comment "x")',
        'NOTIFY SET (SELECTED-DELAYED (MessageNew (FLAGS) MessageExpunge FlagChange)) (PERSONAL (MailboxName))',
        'NOTIFY NONE',
        'GETQUOTA ""',
        'COMPRESS LZ77',
        'LOGIN a b',
        'STARTTLS',
        '',
        'NONSENSE',
        'UID NONSENSE',
      ),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(mailbox, message)
      .map(([name, content]): Piece[] => [`APPEND ${name} (\\Seen) `, content]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(uid, mailbox, message)
      .map(([prefix, name, content]): Piece[] => [`${prefix}REPLACE 1 ${name} `, content]),
  },
);

const plan = fc.array(fc.tuple(fc.nat(1), fc.array(command, { minLength: 1, maxLength: 4 })), {
  minLength: 5,
  maxLength: 25,
  size: 'max',
});

/** A box with three letters, and another mailbox. */
async function begin(): Promise<void> {
  await using client = await ImapClient.login(own.imap.account('alice'));
  for (const name of ['box/below', 'box', 'other']) await client.run(`DELETE ${name}`);
  await client.run('CREATE box');
  await client.run('CREATE other');
  for (let i = 0; i < 3; i++)
    await client.run('APPEND box ', literal(`Subject: letter ${i}\r\n\r\nDear ${i}\r\n`));
}

async function open(): Promise<ImapClient> {
  const client = await ImapClient.login(own.imap.account('alice'));
  await client.run('SELECT box');
  return client;
}

/** Commands that name numbers, or another mailbox, wait for what was before them: numbers may have moved (RFC 9051 §5.5). */
const WAITS =
  /^(?:FETCH|STORE|COPY|MOVE|SEARCH|SORT|THREAD|REPLACE|SELECT|EXAMINE|CLOSE|UNSELECT|DELETE|RENAME)/;

async function send(client: ImapClient, commands: readonly Piece[][]): Promise<void> {
  const safe = commands.every(([first]) => typeof first !== 'string' || !WAITS.test(first));
  const replies = safe ? await Promise.allSettled(commands.map((one) => client.run(...one))) : [];
  for (const one of safe ? [] : commands) {
    if (client.closed) return;
    const [reply] = await Promise.allSettled([client.run(...one)]);
    replies.push(reply);
  }
  for (const reply of replies)
    if (reply.status === 'rejected') assert.ok(client.closed, String(reply.reason));
}

test('any commands in any order by two sessions', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (steps) => {
      await begin();
      const clients = [await open(), await open()];
      for (const [who, commands] of steps) {
        if (clients[who]!.closed) {
          assertSentAway(clients[who]!);
          await clients[who]![Symbol.asyncDispose]();
          clients[who] = await open();
        }
        await send(clients[who]!, commands);
      }
      assert.deepEqual(bugs, []);
      for (const client of clients) {
        if (!client.closed) await agrees(client);
        await client[Symbol.asyncDispose]();
      }
    }),
    { numRuns: 80, endOnFailure: true },
  );
});

/** Only a mailbox that went under it ends a session here. */
function assertSentAway(client: ImapClient): void {
  assert.ok(client.closed);
  const last = client.untagged.at(-1)!;
  assert.equal(last.kind === 'status' && last.status, 'BYE');
}

/** What a session sees is what one that comes anew sees. */
async function agrees(client: ImapClient): Promise<void> {
  const [selected] = await Promise.allSettled([client.run('SELECT box')]);
  // it may have been on its way to be told so
  if (selected.status === 'rejected') return assertSentAway(client);
  if (selected.value.status !== 'OK') return;
  await using fresh = await ImapClient.login(own.imap.account('alice'));
  await fresh.ok('EXAMINE box');
  const flagsOf = async (one: ImapClient): Promise<unknown> =>
    fetched((await one.ok('UID FETCH 1:* FLAGS')).untagged).map(({ number: n, items: all }) => [
      n,
      all.get('UID'),
      // what is recent is each session's own (RFC 3501 §2.3.2)
      (all.get('FLAGS') as string[]).filter((flag) => flag !== '\\Recent'),
    ]);
  assert.deepEqual(await flagsOf(client), await flagsOf(fresh));
}
