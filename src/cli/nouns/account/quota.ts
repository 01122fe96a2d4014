/** `hikyaku account quota`: how much an account may hold. */
import type { Command } from 'commander';
import { callValue } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { printDone, remark } from '#cli/terminal/output';
import { shortSize } from '#cli/terminal/terminal';
import { addVerb, type CommonOptions } from '#cli/verb';

interface QuotaOptions extends CommonOptions {
  readonly messages?: number | 'none';
}

export function accountQuota(noun: Command): void {
  addVerb(
    noun,
    'quota <address> [size]',
    'show or set how much an account may hold: 500M, 2G, or none for no limit',
    'hikyaku account quota alice@example.test',
    'hikyaku account quota alice@example.test 5G',
    'hikyaku account quota alice@example.test none --messages 100000',
  )
    .option('--messages <number>', 'how many messages: a number, or none', readMessages)
    .action(async (address: string, given: string | undefined, options: QuotaOptions) => {
      const quota = await callValue(options, 'account/quota', {
        address,
        bytes: given === undefined ? undefined : readQuota(given),
        messages: options.messages === 'none' ? null : options.messages,
      });
      const { usedBytes, usedMessages, quotaBytes, quotaMessages } = quota;
      const size = quotaBytes === null ? 'without limit' : `of ${shortSize(quotaBytes)}`;
      const number = quotaMessages === null ? 'without limit' : `of ${quotaMessages}`;
      const sentence = `${quota.account} holds ${shortSize(usedBytes)} (${size}) in ${usedMessages} messages (${number}).`;
      printDone(options, quota, sentence);
      const isFull =
        (quotaBytes !== null && usedBytes >= quotaBytes) ||
        (quotaMessages !== null && usedMessages >= quotaMessages);
      if (isFull) remark('It is full: mail to it is put off until there is room.');
    });
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Octets. @throws CommandFailure */
export function readSize(given: string): number {
  const match = /^(\d{1,12})([kmg]?)b?$/i.exec(given);
  const size = match ? Number(match[1]) * UNITS[match[2]!.toLowerCase()]! : 0;
  if (size > 0 && Number.isSafeInteger(size)) return size;
  throw new CommandFailure(`${given} is no size`, 'Write it like 500M or 2G.');
}

/** Octets; null is no limit. @throws CommandFailure */
function readQuota(given: string): number | null {
  return given === 'none' ? null : readSize(given);
}

function readMessages(given: string): number | 'none' {
  if (given === 'none') return given;
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new CommandFailure(`--messages ${given} is no number`, 'Write a number, or none.');
}
