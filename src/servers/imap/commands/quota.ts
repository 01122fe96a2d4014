/** GETQUOTA and GETQUOTAROOT (RFC 9208 §4.1): an account is one root, `""`; its limits are the operator's to set. */
import type { CommandOf } from '#protocol/imap/command';
import { pathOf, wireName } from '#servers/imap/responses/mailbox-path';
import { REPLIES } from '#servers/imap/responses/replies';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';
import { getQuota as readQuota } from '#store/mailboxes/quota';
import { findMailbox } from '#store/mailboxes/tree/tree';

const ROOT = '';

export async function getQuota(
  state: SessionState,
  { root }: CommandOf<'GETQUOTA'>,
): Promise<Reply> {
  if (root !== ROOT) return REPLIES.noSuchRoot;
  await sayQuota(state);
  return DONE;
}

export async function getQuotaRoot(
  state: SessionState,
  command: CommandOf<'GETQUOTAROOT'>,
): Promise<Reply> {
  const { services, login, out } = state;
  const path = pathOf(command.mailbox);
  if ((await findMailbox(services.mail.pool, login!.accountId, path)) === undefined)
    return REPLIES.noSuchMailbox;
  out.text(`* QUOTAROOT ${wireName(state.enabled, command.mailbox)} ""\r\n`);
  await sayQuota(state);
  return DONE;
}

export function setQuota(): Reply {
  return REPLIES.quotaNotYours;
}

const DONE = ok('Quota told');

async function sayQuota({ services, login, out }: SessionState): Promise<void> {
  const quota = await readQuota(services.mail.pool, login!.accountId);
  const { usedBytes, usedMessages, limitBytes, limitMessages } = quota;
  const resources = [
    // RFC 9208 §5.1: in units of 1,024 octets
    ...(limitBytes === undefined
      ? []
      : [`STORAGE ${Math.ceil(usedBytes / 1024)} ${Math.floor(limitBytes / 1024)}`]),
    ...(limitMessages === undefined ? [] : [`MESSAGE ${usedMessages} ${limitMessages}`]),
  ];
  out.text(`* QUOTA "" (${resources.join(' ')})\r\n`);
}
