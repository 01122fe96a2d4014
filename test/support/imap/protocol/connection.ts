/** The protocol suite: greeting, TLS, login, and commands as such (RFC 9051 §6.1, §6.2, RFC 2971, 4978, 8437). */
import assert from 'node:assert/strict';
import { codeOf, dataOf, literal, quoted } from '../client.ts';
import type { ProtocolCases } from './case.ts';
import { LineSocket } from '../../sockets/line-socket.ts';
import type { Stage } from './stage.ts';

/** A socket without TLS, its greeting read. */
async function plainSocket(stage: Stage): Promise<LineSocket> {
  const socket = await LineSocket.connect(stage.account('none').port);
  assert.match((await socket.line('greeting'))!, /^\* OK /);
  return socket;
}

async function answerTo(socket: LineSocket, line: string): Promise<string> {
  socket.write(`${line}\r\n`);
  const tag = line.slice(0, line.indexOf(' '));
  for (;;) {
    const answer = await socket.line(line);
    if (answer === undefined) throw new Error(`${line}: hung up`);
    if (answer.startsWith(`${tag} `)) return answer;
  }
}

export const CONNECTION: ProtocolCases = {
  'greets with OK and says what it speaks': async (stage) => {
    const client = await stage.connect();
    const [greeting] = client.untagged;
    assert.ok(greeting?.kind === 'status' && greeting.status === 'OK');
    const offered = await client.capabilities();
    assert.ok(offered.has('IMAP4REV1'));
    assert.ok(offered.has('AUTH=PLAIN'));
    assert.deepEqual(
      new Set(codeOf([greeting], 'CAPABILITY')?.map((name) => String(name).toUpperCase())),
      offered,
    );
  },

  'gives a tag back as it came': async (stage) => {
    await using socket = await plainSocket(stage);
    for (const tag of ['1', 'a.B-c', '!$&;', 'x'.repeat(30)])
      assert.match(await answerTo(socket, `${tag} NOOP`), /^\S+ OK /);
  },

  'takes commands in any case of letters': async (stage) => {
    await using socket = await plainSocket(stage);
    assert.match(await answerTo(socket, 'a CapaBility'), /^a OK /);
    assert.match(await answerTo(socket, 'b noop'), /^b OK /);
  },

  'turns to TLS by STARTTLS, once': async (stage) => {
    const before = await stage.connect('none');
    assert.ok((await before.capabilities()).has('STARTTLS'));
    const client = await stage.connect('starttls');
    assert.ok(!(await client.capabilities()).has('STARTTLS'));
    assert.notEqual((await client.run('STARTTLS')).status, 'OK');
    const { user, password } = client.account;
    await client.ok(`LOGIN ${quoted(user)} ${quoted(password)}`);
  },

  'carries out nothing that came before TLS began': async (stage) => {
    await using socket = await plainSocket(stage);
    socket.write('s STARTTLS\r\ninjected NOOP\r\n');
    const answer = await socket.line('STARTTLS');
    if (!answer!.startsWith('s OK')) return;
    const secured = await socket.startTls().then(
      () => true,
      () => false,
    );
    if (!secured) return;
    socket.write('after NOOP\r\n');
    const next = await socket.line('NOOP').catch(() => undefined);
    assert.ok(next === undefined || next.startsWith('after OK'), next);
  },

  'says NO to a wrong password, and then takes the right one': async (stage) => {
    const client = await stage.connect();
    const { user, password } = client.account;
    const refused = await client.fails('NO', `LOGIN ${quoted(user)} "${password}x"`);
    assert.ok(codeOf([refused], 'AUTHENTICATIONFAILED'));
    await client.ok(`LOGIN ${quoted(user)} ${quoted(password)}`);
    assert.notEqual((await client.run(`LOGIN ${quoted(user)} ${quoted(password)}`)).status, 'OK');
  },

  'takes a name and a password as literals': async (stage) => {
    const client = await stage.connect();
    const { user, password } = client.account;
    await client.ok('LOGIN ', literal(user), ' ', literal(password));
  },

  'takes AUTHENTICATE PLAIN step by step, and lets it be cancelled': async (stage) => {
    const client = await stage.connect();
    const { user, password } = client.account;
    const cancelled = await client.start('AUTHENTICATE PLAIN');
    await client.continued();
    client.write('*\r\n');
    assert.equal((await cancelled.reply).status, 'BAD');
    const { reply } = await client.start('AUTHENTICATE PLAIN');
    await client.continued();
    client.write(`${Buffer.from(`\0${user}\0${password}`).toString('base64')}\r\n`);
    assert.equal((await reply).status, 'OK');
    await client.ok('LIST "" INBOX');
  },

  'takes AUTHENTICATE PLAIN with an initial response': {
    needs: 'SASL-IR',
    async run(stage) {
      const client = await stage.connect();
      const { user, password } = client.account;
      const secret = Buffer.from(`\0${user}\0${password}`).toString('base64');
      await client.fails('NO', `AUTHENTICATE PLAIN ${Buffer.from('\0a\0b').toString('base64')}`);
      await client.ok(`AUTHENTICATE PLAIN ${secret}`);
    },
  },

  'refuses what needs a login before it': async (stage) => {
    for (const command of [
      'LIST "" "*"',
      'SELECT INBOX',
      'STATUS INBOX (MESSAGES)',
      'FETCH 1 UID',
    ]) {
      const client = await stage.connect();
      assert.notEqual((await client.run(command)).status, 'OK', command);
      await client.ok('NOOP');
    }
  },

  'refuses what needs a selected mailbox while none is': async (stage) => {
    const client = await stage.open();
    for (const command of ['FETCH 1 UID', 'SEARCH ALL', 'CLOSE', 'EXPUNGE', 'STORE 1 FLAGS ()'])
      assert.notEqual((await client.run(command)).status, 'OK', command);
    await client.ok('NOOP');
  },

  'says BAD to what it does not know, and goes on': async (stage) => {
    const client = await stage.open();
    for (const command of ['XYZZY', 'LIST', 'SELECT', 'STATUS INBOX', 'LIST "" "'])
      assert.equal((await client.run(command)).status, 'BAD', command);
    await client.ok('NOOP');
  },

  'answers commands that were sent together, all of them and in order': async (stage) => {
    const client = await stage.open();
    const order: number[] = [];
    const sent = Array.from({ length: 50 }, (_, i) => client.start(i % 2 ? 'NOOP' : 'CAPABILITY'));
    const answered = sent.map(async (started, i) => {
      const { reply } = await started;
      assert.equal((await reply).status, 'OK');
      order.push(i);
    });
    await Promise.all(answered);
    assert.deepEqual(
      order,
      Array.from({ length: 50 }, (_, i) => i),
    );
  },

  'takes literals without being asked': {
    needs: 'LITERAL+',
    async run(stage) {
      const client = await stage.open();
      const name = literal(stage.mailbox, { form: 'non-synchronising' });
      await client.ok('CREATE ', name);
      await client.ok('STATUS ', name, ' (MESSAGES)');
    },
  },

  'enables what it knows, and says so': {
    needs: 'ENABLE CONDSTORE',
    async run(stage) {
      const client = await stage.open();
      const { untagged } = await client.ok('ENABLE X-NOBODY-KNOWS CONDSTORE');
      assert.deepEqual(dataOf(untagged, 'ENABLED'), [['ENABLED', 'CONDSTORE']]);
      const none = await client.ok('ENABLE X-NOBODY-KNOWS');
      assert.deepEqual(dataOf(none.untagged, 'ENABLED').flat().slice(1), []);
    },
  },

  'says who it is, and hears who asks': {
    needs: 'ID',
    async run(stage) {
      const client = await stage.connect();
      assert.equal(dataOf((await client.ok('ID NIL')).untagged, 'ID').length, 1);
      await client.ok('ID ("name" "test" "version" NIL)');
    },
  },

  'has a personal namespace with a separator': {
    needs: 'NAMESPACE',
    async run(stage) {
      const client = await stage.open();
      const [namespaces] = dataOf((await client.ok('NAMESPACE')).untagged, 'NAMESPACE');
      assert.deepEqual(namespaces![1], [['', '/']]);
      assert.equal(namespaces!.length, 4);
    },
  },

  'compresses both directions from the command on, once': {
    needs: 'COMPRESS=DEFLATE',
    async run(stage) {
      const client = await stage.selected();
      await client.fails('BAD', 'COMPRESS');
      await client.compress();
      for (let i = 0; i < 20; i++)
        await stage.append(client, { body: `${'x'.repeat(i * 500)}\r\n` });
      const { untagged } = await client.ok('FETCH 1:20 BODY.PEEK[]');
      assert.equal(dataOf(untagged, 'FETCH').length, 20);
      const again = await client.fails('NO', 'COMPRESS DEFLATE');
      assert.ok(codeOf([again], 'COMPRESSIONACTIVE'));
    },
  },

  'goes back to before the login by UNAUTHENTICATE': {
    needs: 'UNAUTHENTICATE',
    async run(stage) {
      const client = await stage.many(1);
      await client.ok('UNAUTHENTICATE');
      assert.notEqual((await client.run('FETCH 1 UID')).status, 'OK');
      assert.notEqual((await client.run('LIST "" "*"')).status, 'OK');
      const { user, password } = client.account;
      await client.ok(`LOGIN ${quoted(user)} ${quoted(password)}`);
      await client.ok(`SELECT ${stage.mailbox}`);
    },
  },

  'says BYE to LOGOUT, then OK, and hangs up': async (stage) => {
    const client = await stage.open();
    const { untagged } = await client.ok('LOGOUT');
    assert.ok(untagged.some((response) => response.kind === 'status' && response.status === 'BYE'));
    await client.hungUp();
  },
};
