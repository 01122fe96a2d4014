/** The protocol suite: LIST and its extensions, STATUS (RFC 9051 §6.3.9, §6.3.11, RFC 5258, 5819, 6154, 8438). */
import assert from 'node:assert/strict';
import { codeOf, dataOf, literal, pairs, type ImapClient } from '../client.ts';
import type { Plain } from '../data.ts';
import type { ProtocolCases } from './case.ts';
import type { Stage } from './stage.ts';

/** Name → attributes in small letters, as LIST or LSUB told them. */
async function list(client: ImapClient, command: string): Promise<Map<string, string[]>> {
  const { untagged } = await client.ok(command);
  const name = command.startsWith('LSUB') ? 'LSUB' : 'LIST';
  return new Map(
    dataOf(untagged, name).map(([, attributes, , mailbox]) => [
      String(mailbox),
      (attributes as string[]).map((attribute) => attribute.toLowerCase()).toSorted(),
    ]),
  );
}

async function names(client: ImapClient, command: string): Promise<string[]> {
  return [...(await list(client, command)).keys()].toSorted();
}

/** Mailboxes m, m/a, m/a/x, m/b; answers a client and m. */
async function tree(stage: Stage): Promise<{ client: ImapClient; m: string }> {
  const client = await stage.open();
  const m = stage.mailbox;
  for (const name of [m, `${m}/a`, `${m}/a/x`, `${m}/b`]) await client.ok(`CREATE ${name}`);
  return { client, m };
}

export const LIST: ProtocolCases = {
  'LIST of nothing tells the separator': async (stage) => {
    const client = await stage.open();
    const [answer] = dataOf((await client.ok('LIST "" ""')).untagged, 'LIST');
    assert.deepEqual(answer, ['LIST', ['\\Noselect'], '/', '']);
  },

  '% stops at the separator, * does not': async (stage) => {
    const { client, m } = await tree(stage);
    assert.deepEqual(await names(client, `LIST "" ${m}/%`), [`${m}/a`, `${m}/b`]);
    assert.deepEqual(await names(client, `LIST "" ${m}/*`), [`${m}/a`, `${m}/a/x`, `${m}/b`]);
    assert.deepEqual(await names(client, `LIST "" ${m}/%/%`), [`${m}/a/x`]);
    assert.deepEqual(await names(client, `LIST "" ${m}*x`), [`${m}/a/x`]);
    assert.deepEqual(await names(client, `LIST "" ${m}%`), [m]);
    assert.deepEqual(await names(client, `LIST "" ${m}/c`), []);
  },

  'a reference stands before the pattern': async (stage) => {
    const { client, m } = await tree(stage);
    assert.deepEqual(await names(client, `LIST ${m}/ %`), [`${m}/a`, `${m}/b`]);
    assert.deepEqual(await names(client, `LIST "${m}/a/" "*"`), [`${m}/a/x`]);
  },

  'a name is the same as an atom, a quoted string and a literal': async (stage) => {
    const { client, m } = await tree(stage);
    assert.deepEqual(await names(client, `LIST "" "${m}/b"`), [`${m}/b`]);
    const { untagged } = await client.ok('LIST "" ', literal(`${m}/b`));
    assert.equal(dataOf(untagged, 'LIST').length, 1);
    await client.ok('STATUS ', literal(`${m}/b`), ' (MESSAGES)');
  },

  'INBOX is listed in capitals, however it is asked for': async (stage) => {
    const client = await stage.open();
    assert.deepEqual(await names(client, 'LIST "" inbox'), ['INBOX']);
    assert.deepEqual(await names(client, 'LIST "" InB%'), ['INBOX']);
  },

  'CREATE takes a separator at the end': async (stage) => {
    const client = await stage.open();
    await client.ok(`CREATE ${stage.mailbox}/`);
    assert.deepEqual(await names(client, `LIST "" ${stage.mailbox}*`), [stage.mailbox]);
  },

  'a name in modified UTF-7 comes back as it went in, and a broken one is refused': async (
    stage,
  ) => {
    const client = await stage.open();
    const name = `${stage.mailbox}&ZeVnLIqe-`;
    await client.ok(`CREATE "${name}"`);
    assert.deepEqual(await names(client, `LIST "" "${stage.mailbox}*"`), [name]);
    for (const broken of ['&', '&ZeVnLIqe', '&AGEAYg-', '&ZeU_-'])
      assert.notEqual(
        (await client.run(`CREATE "${stage.mailbox}${broken}"`)).status,
        'OK',
        broken,
      );
  },

  'SUBSCRIBE, LSUB and UNSUBSCRIBE': async (stage) => {
    const { client, m } = await tree(stage);
    await client.ok(`SUBSCRIBE ${m}/a/x`);
    assert.deepEqual(await names(client, `LSUB "" ${m}*`), [`${m}/a/x`]);
    const level = await list(client, `LSUB "" ${m}/%`);
    assert.deepEqual(level.get(`${m}/a`), ['\\noselect']);
    await client.ok(`UNSUBSCRIBE ${m}/a/x`);
    assert.deepEqual(await names(client, `LSUB "" ${m}*`), []);
  },

  'refusals say why': async (stage) => {
    const { client, m } = await tree(stage);
    const code = async (command: string, name: string): Promise<void> => {
      assert.ok(codeOf([await client.fails('NO', command)], name), `${command}: no [${name}]`);
    };
    await code(`CREATE ${m}`, 'ALREADYEXISTS');
    await code(`RENAME ${m}/a ${m}/b`, 'ALREADYEXISTS');
    await code(`RENAME ${m}/nothing ${m}/c`, 'NONEXISTENT');
    await code(`DELETE ${m}/nothing`, 'NONEXISTENT');
  },

  'SELECT and STATUS of what is not there say so': async (stage) => {
    const client = await stage.open();
    for (const command of [`STATUS ${stage.mailbox} (MESSAGES)`, `SELECT ${stage.mailbox}`])
      assert.ok(codeOf([await client.fails('NO', command)], 'NONEXISTENT'), command);
  },

  'tells which mailboxes have others below them': {
    needs: 'CHILDREN',
    async run(stage) {
      const { client, m } = await tree(stage);
      const all = await list(client, `LIST "" ${m}*`);
      assert.ok(all.get(m)!.includes('\\haschildren'));
      assert.ok(all.get(`${m}/a`)!.includes('\\haschildren'));
      assert.ok(all.get(`${m}/b`)!.includes('\\hasnochildren'));
    },
  },

  'lists several patterns at once': {
    needs: 'LIST-EXTENDED',
    async run(stage) {
      const { client, m } = await tree(stage);
      assert.deepEqual(await names(client, `LIST "" (${m}/b ${m}/a/%)`), [`${m}/a/x`, `${m}/b`]);
    },
  },

  'lists what is subscribed, with the names that are gone': {
    needs: 'LIST-EXTENDED',
    async run(stage) {
      const { client, m } = await tree(stage);
      await client.ok(`SUBSCRIBE ${m}/b`);
      await client.ok(`SUBSCRIBE ${m}/a/x`);
      await client.ok(`DELETE ${m}/b`);
      const found = await list(client, `LIST (SUBSCRIBED) "" ${m}*`);
      assert.deepEqual([...found.keys()].toSorted(), [`${m}/a/x`, `${m}/b`]);
      assert.ok(found.get(`${m}/a/x`)!.includes('\\subscribed'));
      assert.ok(found.get(`${m}/b`)!.includes('\\nonexistent'));
      const all = await list(client, `LIST "" ${m}* RETURN (SUBSCRIBED CHILDREN)`);
      assert.deepEqual(all.get(`${m}/a`), ['\\haschildren']);
      assert.deepEqual(all.get(`${m}/a/x`), ['\\hasnochildren', '\\subscribed']);
    },
  },

  'finds mailboxes by what lies below them, and says so': {
    needs: 'LIST-EXTENDED',
    async run(stage) {
      const { client, m } = await tree(stage);
      await client.ok(`SUBSCRIBE ${m}/a/x`);
      const { untagged } = await client.ok(`LIST (SUBSCRIBED RECURSIVEMATCH) "" ${m}/%`);
      const [answer, ...others] = dataOf(untagged, 'LIST');
      assert.deepEqual(others, []);
      assert.equal(answer![3], `${m}/a`);
      assert.deepEqual(answer![4], ['CHILDINFO', ['SUBSCRIBED']]);
    },
  },

  'says BAD to options that it does not know': {
    needs: 'LIST-EXTENDED',
    async run(stage) {
      const client = await stage.open();
      await client.fails('BAD', 'LIST (XYZZY) "" *');
      await client.fails('BAD', 'LIST (RECURSIVEMATCH) "" *');
      await client.fails('BAD', 'LIST "" * RETURN (XYZZY)');
    },
  },

  'lists with the status of each mailbox': {
    needs: 'LIST-STATUS',
    async run(stage) {
      const { client, m } = await tree(stage);
      await stage.append(client, {});
      const { untagged } = await client.ok(`LIST "" ${m}* RETURN (STATUS (MESSAGES UNSEEN))`);
      const said = dataOf(untagged, 'STATUS').map(([, name, items]) => [name, items]);
      assert.deepEqual(Object.fromEntries(said), {
        [m]: ['MESSAGES', '1', 'UNSEEN', '1'],
        [`${m}/a`]: ['MESSAGES', '0', 'UNSEEN', '0'],
        [`${m}/a/x`]: ['MESSAGES', '0', 'UNSEEN', '0'],
        [`${m}/b`]: ['MESSAGES', '0', 'UNSEEN', '0'],
      });
    },
  },

  'lists mailboxes of special use, and only those': {
    needs: 'SPECIAL-USE',
    async run(stage) {
      const client = await stage.open();
      const special = await list(client, 'LIST (SPECIAL-USE) "" *');
      const uses = [...special.values()].flat().filter((a) => !/children|subscribed/.test(a));
      assert.deepEqual(uses.toSorted(), ['\\archive', '\\drafts', '\\junk', '\\sent', '\\trash']);
      const all = await list(client, 'LIST "" * RETURN (SPECIAL-USE)');
      assert.ok(all.has('INBOX') && [...special.keys()].every((name) => all.has(name)));
    },
  },

  'refuses to make a mailbox for a use that nobody knows': {
    needs: 'CREATE-SPECIAL-USE',
    async run(stage) {
      const client = await stage.open();
      const refused = await client.fails('NO', `CREATE ${stage.mailbox} (USE (\\Xyzzy))`);
      assert.ok(codeOf([refused], 'USEATTR'));
      assert.deepEqual(await names(client, `LIST "" ${stage.mailbox}`), []);
      const made = await client.run(`CREATE ${stage.mailbox} (USE (\\Archive))`);
      if (made.status === 'NO') assert.ok(codeOf([made], 'USEATTR'));
      else {
        const found = await list(client, `LIST "" ${stage.mailbox} RETURN (SPECIAL-USE)`);
        assert.ok(found.get(stage.mailbox)!.includes('\\archive'));
      }
    },
  },

  'STATUS tells what it is asked, and BAD to what it does not know': async (stage) => {
    const client = await stage.many(3);
    await client.ok('STORE 2 +FLAGS (\\Seen \\Deleted)');
    await client.ok('UNSELECT');
    const asked = 'STATUS case (MESSAGES UNSEEN UIDNEXT UIDVALIDITY)'.replace(
      'case',
      stage.mailbox,
    );
    const [answer] = dataOf((await client.ok(asked)).untagged, 'STATUS');
    const items = pairs(answer![2] as readonly Plain[]);
    assert.deepEqual([items.get('MESSAGES'), items.get('UNSEEN')], ['3', '2']);
    assert.ok(Number(items.get('UIDNEXT')) > 3 && Number(items.get('UIDVALIDITY')) > 0);
    await client.fails('BAD', `STATUS ${stage.mailbox} (XYZZY)`);
    await client.fails('BAD', `STATUS ${stage.mailbox} ()`);
  },

  'STATUS tells the size of a mailbox': {
    needs: 'STATUS=SIZE',
    async run(stage) {
      const client = await stage.many(3);
      const sizes = dataOf((await client.ok('FETCH 1:3 RFC822.SIZE')).untagged, 'FETCH');
      const sum = sizes.reduce((total, [, , items]) => total + Number((items as string[])[1]), 0);
      const { untagged } = await client.ok(`STATUS ${stage.mailbox} (SIZE)`);
      assert.deepEqual(dataOf(untagged, 'STATUS')[0]![2], ['SIZE', String(sum)]);
    },
  },
};
