/** The protocol suite: what belongs to mailboxes besides messages (RFC 5464, 9208, 8474). */
import assert from 'node:assert/strict';
import { codeOf, dataOf, fetched, literal, pairs, type ImapClient } from '../client.ts';
import type { Plain } from '../data.ts';
import { needing, type ProtocolCases } from './case.ts';

async function metadata(client: ImapClient, command: string): Promise<ReadonlyMap<string, Plain>> {
  const { untagged } = await client.ok(`GETMETADATA ${command}`);
  const lists = dataOf(untagged, 'METADATA').flatMap((values) => values[2] as readonly Plain[]);
  return pairs(lists);
}

const ENTRIES = needing('METADATA', {
  'an entry is set, read, and removed by NIL': async (stage) => {
    const client = await stage.selected();
    const m = stage.mailbox;
    assert.equal(
      (await metadata(client, `${m} /private/comment`)).get('/PRIVATE/COMMENT') ?? null,
      null,
    );
    await client.ok(`SETMETADATA ${m} (/private/comment "my own")`);
    assert.equal(
      (await metadata(client, `${m} /private/comment`)).get('/PRIVATE/COMMENT'),
      'my own',
    );
    await client.ok(`SETMETADATA ${m} (/private/comment NIL)`);
    assert.equal(
      (await metadata(client, `${m} /private/comment`)).get('/PRIVATE/COMMENT') ?? null,
      null,
    );
  },

  'several entries go in one command, values as literals too': async (stage) => {
    const client = await stage.selected();
    const m = stage.mailbox;
    const value = 'two\r\nlines';
    await client.ok(
      `SETMETADATA ${m} (/private/comment one /private/vendor/test/x `,
      literal(value),
      ')',
    );
    const both = await metadata(client, `${m} (/private/comment /private/vendor/test/x)`);
    assert.equal(both.get('/PRIVATE/COMMENT'), 'one');
    assert.equal(both.get('/PRIVATE/VENDOR/TEST/X'), value);
  },

  'entries below one are found by DEPTH': async (stage) => {
    const client = await stage.selected();
    const m = stage.mailbox;
    const base = '/private/vendor/test';
    await client.ok(`SETMETADATA ${m} (${base}/a 1 ${base}/a/b 2 ${base}/a/b/c 3)`);
    const depth = async (depth: string): Promise<string[]> =>
      [...(await metadata(client, `(DEPTH ${depth}) ${m} ${base}/a`)).keys()].map((k) =>
        k.slice(-5),
      );
    assert.deepEqual(await depth('0'), ['EST/A']);
    assert.deepEqual((await depth('1')).toSorted(), ['EST/A', 'T/A/B']);
    assert.deepEqual(
      (await depth('infinity')).toSorted(),
      ['/A/B/C', 'EST/A', 'T/A/B'].map((k) => k.slice(-5)).toSorted(),
    );
  },

  'the server has entries of its own': async (stage) => {
    const client = await stage.open();
    await client.ok('SETMETADATA "" (/private/vendor/test/server "here")');
    const here = await metadata(client, '"" /private/vendor/test/server');
    assert.equal(here.get('/PRIVATE/VENDOR/TEST/SERVER'), 'here');
    await client.ok('SETMETADATA "" (/private/vendor/test/server NIL)');
  },

  'entries go with a mailbox when it is renamed, and end with it': async (stage) => {
    const client = await stage.open();
    const m = stage.mailbox;
    await client.ok(`CREATE ${m}`);
    await client.ok(`SETMETADATA ${m} (/private/comment "mine")`);
    await client.ok(`RENAME ${m} ${m}b`);
    const kept = await metadata(client, `${m}b /private/comment`);
    assert.equal(kept.get('/PRIVATE/COMMENT'), 'mine');
    await client.ok(`DELETE ${m}b`);
    await client.ok(`CREATE ${m}b`);
    const none = await metadata(client, `${m}b /private/comment`);
    assert.equal(none.get('/PRIVATE/COMMENT') ?? null, null);
  },

  'a value that is too long for the client is only counted': async (stage) => {
    const client = await stage.selected();
    const m = stage.mailbox;
    await client.ok(`SETMETADATA ${m} (/private/comment "${'x'.repeat(100)}")`);
    const reply = await client.ok(`GETMETADATA (MAXSIZE 10) ${m} /private/comment`);
    assert.deepEqual(codeOf([reply], 'METADATA'), ['LONGENTRIES', '100']);
    assert.ok(!JSON.stringify(dataOf(reply.untagged, 'METADATA')).includes('xxx'));
  },

  'names that are none are refused': async (stage) => {
    const client = await stage.selected();
    for (const name of ['comment', '/other/comment', '/private/a*', '/private//a', '/private/a/'])
      assert.notEqual(
        (await client.run(`SETMETADATA ${stage.mailbox} (${name} x)`)).status,
        'OK',
        name,
      );
    const nowhere = await client.run(`SETMETADATA ${stage.mailbox}/no (/private/comment x)`);
    assert.equal(nowhere.status, 'NO');
  },
});

const LIMITS: ProtocolCases = {
  'a mailbox has a quota root, and that its use and its limit': {
    needs: 'QUOTA',
    async run(stage) {
      const client = await stage.many(1);
      const { untagged } = await client.ok(`GETQUOTAROOT ${stage.mailbox}`);
      const [, mailbox, root] = dataOf(untagged, 'QUOTAROOT')[0]!;
      assert.equal(mailbox, stage.mailbox);
      const [, same, resources] = dataOf(untagged, 'QUOTA')[0]!;
      assert.equal(same, root);
      assert.ok((resources as string[]).includes('STORAGE'));
      const again = await client.ok(`GETQUOTA "${String(root)}"`);
      assert.deepEqual(dataOf(again.untagged, 'QUOTA')[0], ['QUOTA', root, resources]);
      assert.notEqual((await client.run('GETQUOTA "no such root"')).status, 'OK');
      assert.notEqual((await client.run(`SETQUOTA "${String(root)}" (STORAGE 1)`)).status, 'OK');
    },
  },
};

const IDS = needing('OBJECTID', {
  'a mailbox has an id that outlives its name': async (stage) => {
    const client = await stage.open();
    const m = stage.mailbox;
    const [made] = codeOf([await client.ok(`CREATE ${m}`)], 'MAILBOXID')!;
    const [selected] = codeOf((await client.ok(`SELECT ${m}`)).untagged, 'MAILBOXID')!;
    assert.deepEqual(selected, made);
    await client.ok('UNSELECT');
    await client.ok(`RENAME ${m} ${m}b`);
    const { untagged } = await client.ok(`STATUS ${m}b (MAILBOXID)`);
    assert.deepEqual(dataOf(untagged, 'STATUS')[0]![2], ['MAILBOXID', made]);
    const [other] = codeOf([await client.ok(`CREATE ${m}`)], 'MAILBOXID')!;
    assert.notDeepEqual(other, made);
  },

  'a message has an id that its copies share, and one of its thread': async (stage) => {
    const client = await stage.many(2);
    await client.ok(`COPY 1 ${stage.mailbox}`);
    await client.ok('NOOP');
    const all = fetched((await client.ok('FETCH 1:3 (EMAILID THREADID)')).untagged);
    const [one, two, copy] = all.map(({ items }) => items.get('EMAILID') as string[]);
    assert.deepEqual(copy, one);
    assert.notDeepEqual(two, one);
    for (const { items } of all) assert.ok(items.has('THREADID'));
    const { untagged } = await client.ok(`SEARCH EMAILID ${one![0]}`);
    assert.deepEqual(dataOf(untagged, 'SEARCH'), [['SEARCH', '1', '3']]);
    await client.ok('SEARCH THREADID T-nobody');
  },
});

export const METADATA: ProtocolCases = { ...ENTRIES, ...LIMITS, ...IDS };
