/** The mailbox contract: messages, their octets, flags and places, as one session has them. */
import assert from 'node:assert/strict';
import { letter } from './letter.ts';
import { refused, type Behaviours } from './behaviour.ts';
import type { Key, MailSession } from './driver.ts';

async function keys(session: MailSession, path: string): Promise<Key[]> {
  return (await session.messages(path)).map(({ key }) => key);
}

async function flags(session: MailSession, path: string): Promise<(readonly string[])[]> {
  return (await session.messages(path)).map(({ flags }) => flags);
}

/** Appends letters with these subjects to INBOX. */
async function letters(session: MailSession, ...subjects: readonly string[]): Promise<Key[]> {
  const made: Key[] = [];
  for (const subject of subjects) made.push(await session.append('INBOX', letter({ subject })));
  return made;
}

/** A message comes back as it went in. */
function sameOctets(message: Uint8Array) {
  return async (driver: { open(): Promise<MailSession> }): Promise<void> => {
    await using session = await driver.open();
    const key = await session.append('INBOX', message);
    assert.deepEqual(Buffer.from(await session.read('INBOX', key)), Buffer.from(message));
    assert.equal((await session.messages('INBOX'))[0]!.size, message.length);
  };
}

export const MESSAGES: Behaviours = {
  'a message is read as it was stored, with eight bits and long lines': sameOctets(
    letter({
      subject: '読む',
      body: Buffer.concat([
        Buffer.from(`${'x'.repeat(2000)}\r\n`),
        Buffer.from(
          Array.from({ length: 255 }, (_, i) => i + 1).filter((i) => i !== 10 && i !== 13),
        ),
        Buffer.from('\r\nno line break at the end'),
      ]),
    }),
  ),
  'a message without a body, or with nothing but one, is read as it was stored': async (driver) => {
    await sameOctets(Buffer.from('Subject: only fields\r\n\r\n'))(driver);
    await driver.reset();
    await sameOctets(Buffer.from('\r\nonly a body\r\n'))(driver);
    await driver.reset();
    await sameOctets(Buffer.from('no message at all'))(driver);
  },
  'a message of some megabytes is read as it was stored': sameOctets(
    letter({ body: Buffer.alloc(3 * 2 ** 20, 'All work and no play makes Jack a dull boy.\r\n') }),
  ),
  'a message with bare line feeds is read as it was stored': sameOctets(
    Buffer.from('Subject: unix\n\nline\nline\r\nline\n'),
  ),

  'messages are in the order in which they came, and have their sizes': async (driver) => {
    await using session = await driver.open();
    const made = await letters(session, 'one', 'two', 'three');
    const messages = await session.messages('INBOX');
    assert.deepEqual(
      messages.map(({ key }) => key),
      made,
    );
    for (const { key, size } of messages)
      assert.equal((await session.read('INBOX', key)).length, size);
  },

  'flags, keywords and the time of arrival can come with a message': async (driver) => {
    await using session = await driver.open();
    const receivedAt = new Date('2001-02-03T04:05:06Z');
    const given = ['$seen', '$draft', '$forwarded', 'my-word'];
    await session.append('INBOX', letter(), { flags: given, receivedAt });
    await session.append('INBOX', letter());
    const [first, second] = await session.messages('INBOX');
    assert.deepEqual(first!.flags, given.toSorted());
    assert.equal(first!.receivedAt, receivedAt.getTime());
    assert.deepEqual(second!.flags, []);
    assert.ok(Math.abs(second!.receivedAt - Date.now()) < 3_600_000);
  },

  'what does not exist is not read': async (driver) => {
    await using session = await driver.open();
    const [key] = await letters(session, 'one');
    await session.expunge('INBOX', [key!]);
    await refused(session.read('INBOX', key!));
  },

  'flags are added, taken away and replaced, each alone': async (driver) => {
    await using session = await driver.open();
    const [one, two] = await letters(session, 'one', 'two');
    await session.setFlags('INBOX', [one!, two!], { add: ['$seen', '$flagged'] });
    await session.setFlags('INBOX', [two!], { remove: ['$seen'] });
    assert.deepEqual(await flags(session, 'INBOX'), [['$flagged', '$seen'], ['$flagged']]);
    await session.setFlags('INBOX', [one!], { set: ['$answered', 'word'] });
    assert.deepEqual(await flags(session, 'INBOX'), [['$answered', 'word'], ['$flagged']]);
    await session.setFlags('INBOX', [one!, two!], { set: [] });
    assert.deepEqual(await flags(session, 'INBOX'), [[], []]);
  },

  'a keyword is the same in any case of letters': async (driver) => {
    await using session = await driver.open();
    const [one] = await letters(session, 'one');
    await session.setFlags('INBOX', [one!], { add: ['Later'] });
    await session.setFlags('INBOX', [one!], { add: ['LATER'] });
    assert.deepEqual(await flags(session, 'INBOX'), [['later']]);
    assert.deepEqual(await session.search('INBOX', { flag: 'later' }), [one]);
    await session.setFlags('INBOX', [one!], { remove: ['lAtEr'] });
    assert.deepEqual(await flags(session, 'INBOX'), [[]]);
  },

  'a mailbox has as many keywords as its messages bring': async (driver) => {
    await using session = await driver.open();
    const words = Array.from({ length: 60 }, (_, i) => `word-${String(i).padStart(2, '0')}`);
    const made: Key[] = [];
    for (const word of words) made.push(await session.append('INBOX', letter(), { flags: [word] }));
    assert.deepEqual(
      await flags(session, 'INBOX'),
      words.map((word) => [word]),
    );
    assert.deepEqual(await session.search('INBOX', { flag: 'word-42' }), [made[42]]);
  },

  'flags of messages that are not there are not set, those of others are': async (driver) => {
    await using session = await driver.open();
    const [one, two] = await letters(session, 'one', 'two');
    await session.expunge('INBOX', [one!]);
    await session.setFlags('INBOX', [one!, two!], { add: ['$seen'] });
    assert.deepEqual(await flags(session, 'INBOX'), [['$seen']]);
  },

  'the count of unseen messages follows the flags': async (driver) => {
    await using session = await driver.open();
    const [one] = await letters(session, 'one', 'two', 'three');
    assert.deepEqual(
      [(await session.status('INBOX')).unseen, (await session.status('INBOX')).total],
      [3, 3],
    );
    await session.setFlags('INBOX', [one!], { add: ['$seen'] });
    assert.equal((await session.status('INBOX')).unseen, 2);
    await session.expunge('INBOX', [one!]);
    assert.deepEqual(
      [(await session.status('INBOX')).unseen, (await session.status('INBOX')).total],
      [2, 2],
    );
  },

  'the size of a mailbox is the sum of its messages': async (driver) => {
    await using session = await driver.open();
    const made = await letters(session, 'one', 'two', 'three');
    const sizes = (await session.messages('INBOX')).map(({ size }) => size);
    const sum = sizes.reduce((a, b) => a + b, 0);
    assert.equal((await session.status('INBOX')).size, sum);
    await session.expunge('INBOX', [made[1]!]);
    assert.equal((await session.status('INBOX')).size, sum - sizes[1]!);
  },

  'what is expunged is gone, and the others keep their keys': async (driver) => {
    await using session = await driver.open();
    const made = await letters(session, 'one', 'two', 'three', 'four', 'five');
    await session.expunge('INBOX', [made[1]!, made[3]!]);
    assert.deepEqual(await keys(session, 'INBOX'), [made[0], made[2], made[4]]);
    const body = Buffer.from(await session.read('INBOX', made[4]!)).toString();
    assert.match(body, /^Subject: five\r$/m);
  },

  'keys grow, and none is given twice': {
    needs: 'uid',
    async run(driver) {
      await using session = await driver.open();
      const [one, two] = await letters(session, 'one', 'two');
      assert.ok(Number(two) > Number(one));
      await session.expunge('INBOX', [two!]);
      const { uidNext, uidValidity } = await session.status('INBOX');
      assert.ok(uidNext > Number(two));
      await using other = await driver.open();
      const [three] = await letters(other, 'three');
      assert.ok(Number(three) >= uidNext);
      assert.equal((await other.status('INBOX')).uidValidity, uidValidity);
    },
  },

  'a copy has the octets, flags and time of the original, and its own flags then': async (
    driver,
  ) => {
    await using session = await driver.open();
    await session.create('Copies');
    const receivedAt = new Date('2010-10-10T10:10:10Z');
    const options = { flags: ['$seen', 'word'], receivedAt };
    const key = await session.append('INBOX', letter({ subject: 'original' }), options);
    const [made] = await session.copy('INBOX', [key], 'Copies');
    const [copy] = await session.messages('Copies');
    assert.deepEqual(copy, { ...(await session.messages('INBOX'))[0]!, key: made! });
    assert.deepEqual(await session.read('Copies', made!), await session.read('INBOX', key));
    await session.expunge('INBOX', [key]);
    assert.deepEqual(await keys(session, 'Copies'), [made]);
  },

  'the flags of a copy and of its original are apart': {
    needs: 'copy within',
    async run(driver) {
      await using session = await driver.open();
      await session.create('Copies');
      const [key] = await letters(session, 'one');
      await session.copy('INBOX', [key!], 'Copies');
      await session.setFlags('INBOX', [key!], { add: ['$flagged'] });
      assert.deepEqual(await flags(session, 'Copies'), [[]]);
    },
  },

  'a message can be copied into its own mailbox': {
    needs: 'copy within',
    async run(driver) {
      await using session = await driver.open();
      const [key] = await letters(session, 'one');
      const [made] = await session.copy('INBOX', [key!], 'INBOX');
      assert.deepEqual(await keys(session, 'INBOX'), [key, made]);
      assert.deepEqual(await session.read('INBOX', made!), await session.read('INBOX', key!));
    },
  },

  'copies are in the order of their originals': async (driver) => {
    await using session = await driver.open();
    await session.create('Copies');
    const made = await letters(session, 'one', 'two', 'three');
    const copies = await session.copy('INBOX', made, 'Copies');
    assert.deepEqual(await keys(session, 'Copies'), copies);
    const last = Buffer.from(await session.read('Copies', copies[2]!)).toString();
    assert.match(last, /^Subject: three\r$/m);
  },

  'nothing is copied or moved to where no mailbox is': async (driver) => {
    await using session = await driver.open();
    const made = await letters(session, 'one', 'two');
    await refused(session.copy('INBOX', made, 'nowhere'), 'missing');
    await refused(session.move('INBOX', made, 'nowhere'), 'missing');
    assert.deepEqual(await keys(session, 'INBOX'), made);
  },

  'a moved message is at its new place only, with flags and time, and back again': async (
    driver,
  ) => {
    await using session = await driver.open();
    await session.create('Elsewhere');
    const receivedAt = new Date('2012-12-12T12:12:12Z');
    const options = { flags: ['$answered', 'word'], receivedAt };
    const key = await session.append('INBOX', letter(), options);
    const [before] = await session.messages('INBOX');
    const [there] = await session.move('INBOX', [key], 'Elsewhere');
    assert.deepEqual(await session.messages('INBOX'), []);
    assert.deepEqual(await session.messages('Elsewhere'), [{ ...before!, key: there! }]);
    const [back] = await session.move('Elsewhere', [there!], 'INBOX');
    assert.deepEqual(await session.messages('Elsewhere'), []);
    assert.deepEqual(await session.messages('INBOX'), [{ ...before!, key: back! }]);
  },

  'hundreds of messages are flagged, copied, moved and expunged at once': async (driver) => {
    await using session = await driver.open();
    await session.create('Many');
    const subjects = Array.from({ length: 300 }, (_, i) => `letter ${i}`);
    const made = await letters(session, ...subjects);
    await session.setFlags('INBOX', made, { add: ['$seen', 'many'] });
    assert.equal((await session.search('INBOX', { flag: 'many' })).length, 300);
    assert.equal((await session.copy('INBOX', made, 'Many')).length, 300);
    assert.equal((await session.move('INBOX', made, 'Many')).length, 300);
    const all = await keys(session, 'Many');
    assert.equal(all.length, 600);
    await session.expunge(
      'Many',
      all.filter((_, index) => index % 2 === 0),
    );
    assert.deepEqual(
      await keys(session, 'Many'),
      all.filter((_, index) => index % 2 === 1),
    );
    assert.equal((await session.status('INBOX')).total, 0);
  },

  'what is stored counts against the quota, and what is removed no longer': {
    needs: 'quota',
    async run(driver) {
      await using session = await driver.open();
      const before = await session.quota();
      const message = letter({ body: Buffer.alloc(200_000, 'quota\r\n') });
      const key = await session.append('INBOX', message);
      const grown = (await session.quota()).used - before.used;
      assert.ok(Math.abs(grown - message.length) <= 2048, `it grew by ${grown}`);
      await session.expunge('INBOX', [key]);
      assert.ok(Math.abs((await session.quota()).used - before.used) <= 1024);
    },
  },

  'what goes over the quota is refused whole': {
    needs: 'limited',
    async run(driver) {
      await using session = await driver.openLimited!();
      const message = letter({ body: Buffer.alloc(300_000, 'quota\r\n') });
      const key = await session.append('INBOX', message);
      assert.ok(Math.abs((await session.quota()).limit - 500_000) < 1024);
      await refused(session.append('INBOX', message), 'over quota');
      assert.deepEqual(await keys(session, 'INBOX'), [key]);
      await session.move('INBOX', [key], 'Archive');
      assert.equal((await session.status('Archive')).total, 1);
      await session.expunge('Archive', await keys(session, 'Archive'));
      await session.append('INBOX', message);
    },
  },
};
