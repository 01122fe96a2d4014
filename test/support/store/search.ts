/**
 * The search index of test accounts: deliver messages, index some of them, and compare what the index answers with a look into every
 * message. Called by the tests of mail/search.
 */
import assert from 'node:assert/strict';
import { base64, utf8 } from '#bytes';
import { silentLog } from '#log';
import type { IndexContext } from '#mail/search/follow/index-account';
import { Pace } from '#mail/search/follow/pace';
import { askIndex, type TextCondition } from '#mail/search/index/ask-index';
import { headerAnswers } from '#mail/search/keys/text-keys';
import { foldText } from '#protocol/message/header/fold';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { bodyText, headerText } from '#protocol/message/body/part-text';
import type { Store } from '#store/database/open';
import { readEmail } from '#store/emails/emails';
import { NO, UNKNOWN, YES } from '#store/search/answers';
import { IndexConnection } from '#store/search/connection';
import { saveTexts } from '#store/search/texts';
import { deliveryJob } from './store.ts';

/** A message with these texts and hardly another letter; with `from` also a sender of that name. */
export function textMessage(subject: string, body: string, from = ''): Uint8Array {
  const sender = from === '' ? '' : `From: =?utf-8?B?${base64(utf8(from))}?= <a (b)@ c.test>\r\n`;
  return utf8(
    `${sender}Subject: =?utf-8?B?${base64(utf8(subject))}?=\r\n` +
      `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(utf8(body))}`,
  );
}

/** Delivers one after another; answers the ids by which the index knows them. */
export async function deliverAll(
  store: Store,
  accountId: string,
  messages: readonly Uint8Array[],
): Promise<number[]> {
  const ids: number[] = [];
  for (const message of messages) {
    const results = await store.writer.run(deliveryJob(store, [accountId], message));
    ids.push(Number(results.at(-1)!.rows[0]!['emailId']));
  }
  return ids;
}

/** What a follower works with, for one step at a time. */
export function indexContext(
  store: Store,
  changes: Partial<IndexContext> = {},
): IndexContext & AsyncDisposable {
  const pace = new Pace(() => 0);
  const db = new IndexConnection(store.connection);
  return {
    db,
    pace,
    signal: new AbortController().signal,
    log: silentLog,
    async *readMessages(accountId, emailIds) {
      for (const emailId of emailIds) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of readEmail(store.pool, accountId, String(emailId)))
          chunks.push(chunk);
        yield { emailId, bytes: chunks.length > 0 ? Buffer.concat(chunks) : undefined };
      }
    },
    saveStructures: async () => {},
    saveTexts: (accountId, emails) => saveTexts(store, accountId, emails),
    tidied: new Set(),
    othersWait: () => false,
    ...changes,
    [Symbol.asyncDispose]: () => db.close(),
  };
}

/** Whether a look into the message finds what the condition asks for; no text at all is in every message. */
export function hasText(message: Uint8Array, condition: TextCondition): boolean {
  const { where } = condition;
  const needle = foldText(condition.needle);
  if (where === 'field')
    return headerAnswers(message, [
      { reads: 'header', kind: 'field', field: condition.field, needle },
    ])[0]!;
  if (needle === '') return true;
  const { part } = parseStructure(message);
  const budget = { left: Infinity, cut: false };
  const texts = [
    ...(where === 'body' ? [] : headerText(message, part, budget)),
    ...(where === 'header' ? [] : bodyText(message, part, budget)),
  ];
  return texts.some((text) => foldText(text).includes(needle));
}

/**
 * Asks for each message and compares: yes and no must be right.
 * @returns of how many each condition was not known
 */
export async function compareWithScan(
  store: Store,
  accountId: string,
  messages: ReadonlyMap<number, Uint8Array>,
  conditions: readonly TextCondition[],
): Promise<number[]> {
  const all = [...messages];
  const ids = Float64Array.from(all, ([emailId]) => emailId);
  const answers = await askIndex(store.pool, accountId, conditions, ids);
  return answers.map((answer, i) => {
    let unsure = 0;
    for (const [k, [emailId, message]] of all.entries()) {
      if (answer[k] === UNKNOWN) unsure++;
      else {
        const found = hasText(message, conditions[i]!) ? YES : NO;
        assert.equal(answer[k], found, `email ${emailId}, ${JSON.stringify(conditions[i])}`);
      }
    }
    return unsure;
  });
}
