/** Mailboxes from files and to files, framed as `frames.ts` says. */
import { z } from 'zod';
import { exportMessages, type OutgoingMessage } from '#mail/transfer/export-messages';
import { importMessages, type IncomingMessage } from '#mail/transfer/import-messages';
import { bytes, intake, refuse } from '#servers/admin/call';
import { fromFrames, toFrames } from '#servers/admin/frames';
import { readAccount, text } from '#servers/admin/inputs';
import { canonicalPath } from '#store/mailboxes/names';

const path = z.array(z.string().min(1).max(1000)).min(1).max(100);

const incomingHead = z.object({
  mailbox: path,
  flags: z.number().int().min(0).max(31),
  keywords: z.array(z.string().max(200)).max(100),
  date: z.number().optional(),
});

/** Of a message that is exported. */
export type OutgoingHead = Omit<OutgoingMessage, 'pieces'>;
export type IncomingHead = z.infer<typeof incomingHead>;

export const mailTransferCalls = {
  'mail/import': intake(z.object({ account: text }), async (context, input, body) => {
    const account = await readAccount(context, input.account);
    if ('kind' in account) return account;
    return importMessages({ mail: context.mail, accountId: account.accountId }, incoming(body));
  }),

  'mail/export': bytes(
    z.object({ account: text, mailbox: path.optional() }),
    async (context, input) => {
      const account = await readAccount(context, input.account);
      if ('kind' in account) return account;
      const canonical = input.mailbox && canonicalPath(input.mailbox);
      if (canonical?.kind === 'bad-name') {
        return refuse(
          'no-such-mailbox',
          'no mailbox can have that name',
          'hikyaku mail list shows the names of mailboxes.',
        );
      }
      return toFrames(outgoing(exportMessages(context.mail, account.accountId, canonical?.path)));
    },
  ),
} as const;

async function* incoming(body: AsyncIterable<Uint8Array>): AsyncGenerator<IncomingMessage> {
  for await (const { head, pieces } of fromFrames(body)) {
    const { date, ...rest } = incomingHead.parse(head);
    yield { ...rest, date, pieces };
  }
}

async function* outgoing(messages: AsyncIterable<OutgoingMessage>) {
  for await (const { pieces, ...head } of messages) yield { head, pieces };
}
