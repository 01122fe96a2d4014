/**
 * What is measured of a mailbox of many messages. Steps that read only run three times, of which the best counts; the others, and those
 * after a restart, three times with what is undone in between, of which the median counts.
 */
import type { ImapConnection } from './connection.ts';
import {
  COMMON_GREETING,
  COMMON_KANJI,
  COMMON_PHRASE,
  COMMON_SUBJECT,
  COMMON_TWO,
  COMMON_WORD,
  RARE_KANJI,
  RARE_SUBJECT,
  RARE_TWO,
  RARE_WORD,
  rareAmong,
} from './messages.ts';

export interface Step {
  readonly name: string;
  readonly unit: string;
  /** Amount of the unit in one run. */
  readonly amount: number;
  readonly times: number;
  readonly counts: 'best' | 'median';
  readonly cold?: 'cold' | 'unparsed' | undefined;
  /** Ratio to reach. */
  readonly goal?: string;
  /** @param run from 0 */
  run(connection: ImapConnection, run: number): Promise<void>;
  /** Makes it as it was before the run; not measured. */
  undo?(connection: ImapConnection): Promise<void>;
}

const TIMES = 3;
const RANDOM_FETCHES = 1000;

/** The mailbox to which messages are copied and moved. */
export const OTHER = 'Other';

export function steps(messages: number): Step[] {
  const { fetching, searching, changing } = makers(messages);
  const rare = rareAmong(messages);
  return [
    {
      name: 'select',
      unit: 'times/s',
      amount: 1,
      times: 5,
      counts: 'best',
      run: async (connection) => void (await connection.command('SELECT INBOX')),
    },
    fetching('fetch flags', 'FLAGS'),
    fetching('fetch envelope, bodystructure, unparsed', 'ENVELOPE BODYSTRUCTURE', 'unparsed'),
    fetching('fetch envelope, bodystructure, cold', 'ENVELOPE BODYSTRUCTURE', 'cold'),
    fetching('fetch envelope, bodystructure, warm', 'ENVELOPE BODYSTRUCTURE'),
    fetching('fetch header fields', 'BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE)]'),
    fetching('fetch bodies', 'BODY.PEEK[]'),
    searching('search text, a rare word', 'TEXT', RARE_WORD, rare),
    searching('search text, a word of all', 'TEXT', COMMON_WORD, messages),
    searching('search text, a phrase of all', 'TEXT', COMMON_PHRASE, messages),
    searching('search text, a rare kanji', 'TEXT', RARE_KANJI, rare),
    searching('search text, a kanji of all', 'TEXT', COMMON_KANJI, messages),
    searching('search text, two rare kanji', 'TEXT', RARE_TWO, rare),
    searching('search text, two kanji of all', 'TEXT', COMMON_TWO, messages),
    searching('search text, a greeting of all', 'TEXT', COMMON_GREETING, messages),
    searching('search subject, a rare word', 'SUBJECT', RARE_SUBJECT, rare, '1×'),
    searching('search subject, a word of all', 'SUBJECT', COMMON_SUBJECT, messages, '1×'),
    changing('store', async (connection) => {
      await connection.command('STORE 1:* +FLAGS.SILENT (\\Flagged)');
      await connection.command('STORE 1:* -FLAGS (\\Flagged)');
    }),
    {
      name: 'random single fetches',
      unit: 'messages/s',
      amount: RANDOM_FETCHES,
      times: TIMES,
      counts: 'median',
      async run(connection, run) {
        const random = randomFrom(run + 1);
        for (let i = 0; i < RANDOM_FETCHES; i++) {
          const number = 1 + Math.floor(random() * messages);
          await connection.command(`FETCH ${number} (FLAGS BODY.PEEK[])`);
        }
      },
    },
    changing(
      'copy',
      async (connection) => void (await connection.command(`COPY 1:* ${OTHER}`)),
      async (connection) => {
        await connection.command(`DELETE ${OTHER}`);
        await connection.command(`CREATE ${OTHER}`);
      },
    ),
    changing(
      'move',
      async (connection) => void (await connection.command(`MOVE 1:* ${OTHER}`)),
      async (connection) => {
        await connection.command(`SELECT ${OTHER}`);
        await connection.command('MOVE 1:* INBOX');
        await connection.command('SELECT INBOX');
      },
    ),
  ];
}

function makers(messages: number) {
  const every = { unit: 'messages/s', amount: messages, times: TIMES } as const;
  const fetching = (name: string, items: string, cold?: Step['cold']): Step => ({
    name,
    ...every,
    counts: cold ? 'median' : 'best',
    cold,
    ...(cold === 'unparsed' && { goal: '' }),
    async run(connection) {
      const { untagged } = await connection.command(`FETCH 1:* (${items})`);
      if (untagged < messages) throw new Error(`${name}: ${untagged} of ${messages} came`);
    },
  });
  const searching = (
    name: string,
    key: string,
    needle: string,
    wanted: number,
    goal = '10×',
  ): Step => ({
    name,
    goal,
    ...every,
    counts: 'best',
    async run(connection) {
      const literal = `{${Buffer.byteLength(needle)}+}\r\n${needle}`;
      const { last } = await connection.command([
        `UID SEARCH RETURN (COUNT) CHARSET UTF-8 ${key} ${literal}`,
      ]);
      if (!last.endsWith(` COUNT ${wanted}`))
        throw new Error(`${name} should find ${wanted}: ${last}`);
    },
  });
  const changing = (name: string, run: Step['run'], undo?: Step['undo']): Step => ({
    name,
    ...every,
    // STORE is told of twice
    amount: name === 'store' ? messages * 2 : messages,
    counts: 'median',
    run,
    ...(undo && { undo }),
  });
  return { fetching, searching, changing };
}

/** Numbers from 0 to 1, the same for the same seed: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
