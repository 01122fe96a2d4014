/**
 * Rspamd as the content scanner. It gets the message as it came, before our own fields, and says what it would do. It judges SPF, DKIM
 * and DMARC for itself, by its own weights.
 */
import type { Action, Judged } from '#clients/rspamd/answer';
import type { Body } from '#clients/rspamd/exchange';
import type { Failure, FailureCause } from '#clients/rspamd/failure';
import type { Rspamd } from '#clients/rspamd/rspamd';
import { formatMailbox } from '#protocol/address/mailbox';
import { networkGroup } from '#mail/abuse/address-groups';
import { readBlob, type NewBlob } from '#store/emails/blobs';
import type { Queryable } from '#store/query/queryable';
import type { Given } from './given.ts';
import type { Scanner, ScanReport } from './scanner.ts';

export interface ScanContext {
  readonly rspamd: Pick<Rspamd, 'scan'>;
  /** Where the chunks of a larger message are. */
  readonly db: Queryable;
  /** Our own name. */
  readonly hostname: string;
  /** Octets: what is larger is not scanned. */
  readonly largest: number;
}

export type ScanStep =
  | { readonly step: 'scanner-symbol'; readonly symbol: string; readonly score: number }
  | {
      readonly step: 'scanner-symbol-about';
      readonly symbol: string;
      readonly score: number;
      readonly about: string;
    }
  | { readonly step: 'scanner-more'; readonly count: number }
  | { readonly step: 'scanner-says'; readonly text: string }
  | { readonly step: 'scanner-greylists' | 'scanner-other-action' }
  | {
      readonly step: 'scanner-judged';
      readonly action: string;
      readonly score: number;
      readonly required: number;
    }
  | { readonly step: 'scanner-too-large'; readonly size: number; readonly limit: number }
  | { readonly step: `scanner-failed-${FailureCause}`; readonly text: string };

export function rspamdScanner({ rspamd, db, hostname, largest }: ScanContext): Scanner {
  return {
    async scan(message, clientName, signal) {
      const { blob } = message.content;
      if (blob.size > largest)
        return {
          result: 'too-large',
          steps: [{ step: 'scanner-too-large', size: blob.size, limit: largest }],
        } satisfies Report;
      const envelope = envelopeOf(message, clientName, hostname);
      const owner = networkGroup(message.client.address);
      const outcome = await rspamd.scan(envelope, bodyOf(db, blob), owner, signal);
      return outcome.kind === 'judged' ? reportOf(outcome) : unavailable(outcome);
    },
  };
}

/** A report whose steps have their texts. */
type Report = ScanReport & { readonly steps: readonly ScanStep[] };

function envelopeOf(
  { client, envelope: { messageId, reversePath }, recipients }: Given['end'],
  clientName: string | undefined,
  hostname: string,
): Parameters<Rspamd['scan']>[0] {
  return {
    messageId,
    ip: client.address,
    hostname: clientName,
    helo: client.ehlo,
    from: reversePath ? formatMailbox(reversePath) : '',
    recipients: recipients.map(({ mailbox }) => formatMailbox(mailbox)),
    mta: hostname,
    tls: client.tls,
  };
}

/** A larger message is in the store already, though not published yet. */
function bodyOf(db: Queryable, blob: NewBlob): Body {
  return {
    size: blob.size,
    read: () => (blob.kind === 'whole' ? [blob.data] : readBlob(db, blob.uploadId)),
  };
}

/**
 * `greylist` only says that the score is that of an unknown sender: where Rspamd itself has put the message off, it says `soft reject`, and after
 * that it does not. Taken for a refusal, it would keep such mail out for ever.
 */
const RESULTS = {
  'no action': 'accept',
  greylist: 'accept',
  'add header': 'junk',
  'rewrite subject': 'junk',
  quarantine: 'junk',
  'soft reject': 'greylist',
  reject: 'reject',
  discard: 'reject',
  other: 'accept',
} as const satisfies Record<Action, ScanReport['result']>;

function reportOf({ action, said, score, required, symbols, more, message }: Judged): Report {
  return {
    result: RESULTS[action],
    steps: [
      ...symbols.map(({ name, score: weight, about }) =>
        about === undefined || about === ''
          ? ({ step: 'scanner-symbol', symbol: name, score: weight } as const)
          : ({ step: 'scanner-symbol-about', symbol: name, score: weight, about } as const),
      ),
      ...(more > 0 ? [{ step: 'scanner-more', count: more } as const] : []),
      ...(message !== undefined ? [{ step: 'scanner-says', text: message } as const] : []),
      ...(action === 'greylist' ? [{ step: 'scanner-greylists' } as const] : []),
      ...(action === 'other' ? [{ step: 'scanner-other-action' } as const] : []),
      { step: 'scanner-judged', action: said, score, required },
    ],
  };
}

function unavailable({ cause, text }: Failure): Report {
  return { result: 'unavailable', steps: [{ step: `scanner-failed-${cause}`, text }] };
}
