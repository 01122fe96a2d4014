/** Mailboxes from files and to files, framed as `frames.ts` says. */
import { z } from 'zod';
import { exportMessages, type OutgoingMessage } from '#mail/transfer/export-messages';
import { importMessages, type IncomingMessage } from '#mail/transfer/import-messages';
import { bytes, intake } from '#servers/admin/call';
import { fromFrames, toFrames } from '#servers/admin/frames';
import { readAccount, text } from '#servers/admin/inputs';
import { NamedMailboxes } from '#servers/admin/mailboxes';

const path = z.array(z.string().min(1).max(1000)).min(1).max(100);

const incomingHead = z.object({
  mailbox: path,
  flags: z.number().int().min(0).max(31),
  /** Whatever words stood in a file; what can be no keyword is passed over. */
  keywords: z.array(z.string()),
  date: z.number().optional(),
});

/** Of a message that is exported. */
export type OutgoingHead = Omit<OutgoingMessage, 'pieces'>;
export type IncomingHead = z.infer<typeof incomingHead>;

export const mailTransferCalls = {
  /** `mailbox`: paths begin with it, and it is meant as other calls mean it, whatever its case. */
  'mail/import': intake(
    z.object({ account: text, mailbox: text.optional() }),
    async (context, { mailbox, ...input }, body) => {
      const account = await readAccount(context, input.account);
      if ('kind' in account) return account;
      const mailboxes = await NamedMailboxes.of(context.store.pool, account);
      const into = mailbox === undefined ? [] : mailboxes.pathFor(mailbox);
      return importMessages(
        { mail: context.mail, accountId: account.accountId },
        incoming(body, into),
      );
    },
  ),

  'mail/export': bytes(
    z.object({ account: text, mailbox: text.optional() }),
    async (context, input) => {
      const account = await readAccount(context, input.account);
      if ('kind' in account) return account;
      const mailboxes = await NamedMailboxes.of(context.store.pool, account);
      const mailbox = input.mailbox === undefined ? undefined : mailboxes.find(input.mailbox);
      if (mailbox !== undefined && 'kind' in mailbox) return mailbox;
      return toFrames(outgoing(exportMessages(context.mail, account.accountId, mailbox?.path)));
    },
  ),
} as const;

/** @param into stands at the beginning of every path, perhaps in another case */
async function* incoming(
  body: AsyncIterable<Uint8Array>,
  into: readonly string[],
): AsyncGenerator<IncomingMessage> {
  for await (const { head, pieces } of fromFrames(body)) {
    const { date, ...rest } = incomingHead.parse(head);
    const mailbox = [...into, ...rest.mailbox.slice(into.length)];
    yield { ...rest, mailbox, date, pieces };
  }
}

async function* outgoing(messages: AsyncIterable<OutgoingMessage>) {
  for await (const { pieces, ...head } of messages) yield { head, pieces };
}
