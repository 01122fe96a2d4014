/** A store with its views, an account and small messages, for the tests of store/mailboxes. */
import { utf8 } from '#bytes';
import { systemClock, type Clock } from '#clock';
import { summarize } from '#protocol/message/summary';
import type { Store } from '#store/database/open';
import { wholeBlob } from '#store/emails/blobs';
import type { NewMessage } from '#store/mailboxes/change/append-statement';
import { mailStoreOf, type MailStore } from '#store/mailboxes/mail-store';
import { findMailbox, type Mailbox } from '#store/mailboxes/tree/tree';
import type { ViewState } from '#store/mailboxes/view/view';
import { addTestAccounts, openTestStore } from './store.ts';

export interface TestMail extends AsyncDisposable {
  readonly store: Store;
  readonly mail: MailStore;
  /** Two accounts of one domain. */
  readonly accounts: readonly [string, string];
  /** What is there, or a failure. */
  mailbox(accountId: string, ...path: string[]): Promise<Mailbox>;
}

export async function openTestMail(clock: Clock = systemClock): Promise<TestMail> {
  const opened = await openTestStore(clock);
  const { store } = opened;
  const mail = mailStoreOf(store);
  const [one, two] = await addTestAccounts(store, 'example.test', ['one', 'two']);
  return {
    store,
    mail,
    accounts: [one!, two!],
    async mailbox(accountId, ...path) {
      const found = await findMailbox(store.pool, accountId, path);
      if (!found) throw new Error(`there is no ${path.join('/')}`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      await mail[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

let made = 0;

/** A message that is like no other. */
export function newMessage({
  flags = 0,
  keywords = [],
  bytes = utf8(`Message-ID: <${++made}@mail.test>\r\nSubject: message ${made}\r\n\r\nHello.\r\n`),
  internalDate,
}: Partial<Pick<NewMessage, 'flags' | 'keywords' | 'internalDate'>> & {
  readonly bytes?: Uint8Array;
} = {}): NewMessage {
  return { blob: wholeBlob(bytes), summary: summarize(bytes), flags, keywords, internalDate };
}

/** The messages of a state as text, one each: `UID flags keyword,keyword`. */
export function shown(state: ViewState): string[] {
  return Array.from({ length: state.count }, (_, place) =>
    `${state.uids[place]} ${state.flags[place]} ${state.keywordsAt(place).join()}`.trim(),
  );
}

export function uids(...numbers: number[]): Uint32Array {
  return Uint32Array.from(numbers);
}
