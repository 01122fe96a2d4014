/**
 * The protocol suite: what no client should send is answered by BAD, NO or BYE within the usual time, costs nobody else
 * anything, and stores nothing.
 */
import assert from 'node:assert/strict';
import { dataOf, literal, sketch, type ImapClient, type Piece, type Untagged } from '../client.ts';
import type { ProtocolCase, ProtocolCases } from './case.ts';
import type { Stage } from './stage.ts';

/** Not carried out: refused, or the connection ended. */
async function refuses(client: ImapClient, ...pieces: readonly Piece[]): Promise<void> {
  const status = await client.run(...pieces).then(
    (reply) => reply.status,
    () => 'BYE',
  );
  assert.notEqual(status, 'OK', sketch(pieces).slice(0, 60));
}

/** Refused or not, it is answered, or the connection ended. */
async function answers(client: ImapClient, ...pieces: readonly Piece[]): Promise<void> {
  await client.run(...pieces).catch(() => assert.ok(client.closed));
}

/** Does it while another session works, which has to notice nothing. */
function undisturbed(attack: (stage: Stage, client: ImapClient) => Promise<void>): ProtocolCase {
  return async (stage) => {
    const client = await stage.many(2);
    const other = await stage.another();
    await attack(stage, client);
    const { untagged } = await other.ok('NOOP');
    assert.deepEqual(dataOf(untagged, 'EXISTS'), []);
    await stage.append(other, {});
    await other.ok('FETCH 1:* (FLAGS ENVELOPE)');
    await stage.open();
  };
}

export const HOSTILE: ProtocolCases = {
  'a line of megabytes, and one without end': undisturbed(async (stage, client) => {
    const long = 'x'.repeat(4 * 2 ** 20);
    await refuses(client, `SELECT ${long}`);
    const other = await stage.open();
    other.write(`x SELECT ${long}`);
  }),

  'parentheses without end': undisturbed(async (_stage, client) => {
    await refuses(client, `SEARCH ${'('.repeat(50_000)}`);
  }),

  'parentheses of great depth': undisturbed(async (_stage, client) => {
    await answers(client, `SEARCH ${'('.repeat(3000)}ALL${')'.repeat(3000)}`);
    if (!client.closed)
      await answers(client, `FETCH 1 ${'('.repeat(3000)}FLAGS${')'.repeat(3000)}`);
  }),

  'NOT of great depth': undisturbed(async (_stage, client) => {
    await answers(client, `SEARCH ${'NOT '.repeat(1500)}ALL`);
    if (!client.closed) await answers(client, `SEARCH ${'OR ALL '.repeat(900)}ALL`);
  }),

  'sets of great length, or with great numbers': undisturbed(async (_stage, client) => {
    await answers(client, 'FETCH 1:*,4294967295 UID');
    await answers(client, 'UID FETCH 1:4294967295 UID');
    await answers(client, 'UID FETCH 1:99999999999999999999 UID');
    const many = Array.from({ length: 1500 }, (_, i) => i * 2 + 1).join(',');
    await answers(client, `UID FETCH ${many} UID`);
  }),

  'literals whose size is no number': undisturbed(async (stage) => {
    for (const size of ['{-1}', '{x}', '{99999999999999999999}', '{1', '{01x}'])
      await refuses(await stage.open(), `SELECT ${size}`);
  }),

  'a name that would be a literal of a megabyte': undisturbed(async (_stage, client) => {
    const reply = await client.announce('SELECT {1048576}').catch(() => undefined);
    assert.notEqual(reply?.status, 'OK');
  }),

  'a name that is a literal of some kilobytes, unasked': undisturbed(async (_stage, client) => {
    const long = literal('x'.repeat(20_000), { form: 'non-synchronising' });
    await refuses(client, 'SELECT ', long);
    if (!client.closed) await client.ok('NOOP');
  }),

  'a message that ends in the middle': undisturbed(async (stage, client) => {
    const { reply } = await client.start(`APPEND ${stage.mailbox} {100000}`);
    await client.continued();
    client.write('Subject: half\r\n\r\n');
    await client[Symbol.asyncDispose]();
    await assert.rejects(reply);
  }),

  'octets that belong nowhere': undisturbed(async (_stage, client) => {
    await refuses(client, 'SELECT "a\0b"');
    if (!client.closed) await refuses(client, 'SELECT a\x01b');
    if (!client.closed) await refuses(client, 'LIST "" "a\rb"');
    if (!client.closed) await refuses(client, 'SELECT "a');
  }),

  'hundreds of commands that are none': undisturbed(async (_stage, client) => {
    for (let i = 0; i < 500 && !client.closed; i++) client.write(`x${'y'.repeat(50)}\r\n`);
    await client.until('BAD or BYE', () => client.closed || client.untagged.some(refusal));
  }),

  'a message whose fields never end': undisturbed(async (stage) => {
    const other = await stage.open();
    const mailbox = `${stage.mailbox}/deep`;
    await other.ok(`CREATE ${mailbox}`);
    const long = Buffer.from(
      `Subject: ${'x'.repeat(300_000)}\r\nTo: ${'a@b.test, '.repeat(20_000)}\r\n\r\n`,
    );
    await other.ok(`APPEND ${mailbox} `, literal(long));
    await other.ok(`SELECT ${mailbox}`);
    await answers(other, 'FETCH 1 (ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (Subject)])');
  }),

  'a message of parts in parts': undisturbed(async (stage) => {
    const other = await stage.open();
    const mailbox = `${stage.mailbox}/deep`;
    await other.ok(`CREATE ${mailbox}`);
    const depth = 2000;
    const open = Array.from(
      { length: depth },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
    );
    await other.ok(`APPEND ${mailbox} `, literal(`MIME-Version: 1.0\r\n${open.join('')}\r\nx\r\n`));
    await other.ok(`SELECT ${mailbox}`);
    await answers(other, 'FETCH 1 (ENVELOPE BODYSTRUCTURE)');
    await answers(other, `FETCH 1 BODY.PEEK[${Array.from({ length: 500 }, () => '1').join('.')}]`);
    await answers(other, 'SEARCH TEXT nothing');
  }),
};

function refusal(response: Untagged): boolean {
  return response.kind === 'status' && (response.status === 'BYE' || response.status === 'BAD');
}
