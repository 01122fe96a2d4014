/**
 * The messages of the rows: those of the pool, with words to be searched for written over their text. Some stand in every message, as
 * in business letters everywhere; some in one of a thousand.
 */
import { makePool, stamp, type PooledMessage } from '../message-pool.ts';

const OCTETS = 4096;
const POOL = 200;
/** Of a thousand messages the one that has the rare words; no message of the pool has them by chance. */
const RARE = 7;
const COMMON = POOL - 1;

/** In one message of a thousand. */
export const RARE_WORD = 'Zaunkönigreich';
export const RARE_SUBJECT = 'figures-q';
export const RARE_KANJI = '鷦';
export const RARE_TWO = '鷯鳥';
/** In all of them. */
export const COMMON_WORD = 'regards';
export const COMMON_PHRASE = 'with kind regards';
export const COMMON_KANJI = '書';
export const COMMON_TWO = '請求';
export const COMMON_GREETING = 'お世話になっております';
export const COMMON_SUBJECT = 'of-all';

const LETTER = `${COMMON_GREETING}。請求書を送ります。 With kind regards, `;

export function imapPool(): PooledMessage[] {
  return makePool(POOL, OCTETS, 'alice@example.test').map((message, index) => {
    overwrite(
      message.bytes,
      'Subject: ',
      `${COMMON_SUBJECT} ${index === RARE ? RARE_SUBJECT : ''}`,
    );
    const rare = index === RARE ? `${RARE_WORD} ${RARE_KANJI} ${RARE_TWO} ` : '';
    overwrite(message.bytes, 'charset=utf-8\r\n\r\n', LETTER + rare);
    return message;
  });
}

/** Over what stands behind a mark; the length stays. */
function overwrite(bytes: Buffer, mark: string, text: string): void {
  bytes.write(text, bytes.indexOf(mark) + mark.length, 'utf8');
}

/** Messages of the pool in turn, no two alike. */
export class MessageSource {
  #sequence = 0;
  readonly #pool: readonly PooledMessage[];

  constructor(pool: readonly PooledMessage[]) {
    this.#pool = pool;
  }

  next(): Uint8Array {
    const sequence = ++this.#sequence;
    const place = sequence % POOL;
    const index = place === RARE && sequence % 1000 !== RARE ? COMMON : place;
    const message = this.#pool[index]!;
    stamp(message, sequence);
    return Buffer.from(message.bytes);
  }
}

/** How many of so many messages have the rare words. */
export function rareAmong(messages: number): number {
  return Math.ceil((messages - RARE + 1) / 1000);
}
