/**
 * Failures as servers put them into words, for lesson 3.9: written here in the style of what is met outside, with names below `.test` and
 * addresses of RFC 5737. Half of them say it by the code, half by the words beside a code that says little or something else. A test holds
 * that production reads each of them as it stands here.
 */
import type { BounceClass } from '#protocol/bounce/reasons';
import { seeded } from '#lab/seeded';

export interface BounceSample {
  readonly class: BounceClass;
  /** One line of ASCII. */
  readonly text: string;
}

/** How many a learner gets. */
export const SAMPLES = 20;
/** Of each class at least so many, so that no answer is right for nearly all. */
const LEAST_EACH = 4;

const HARD: readonly string[] = [
  '550 5.1.1 <hana@bigmail.test>: the account that you tried to reach does not exist (in reply to RCPT TO command)',
  '550 5.1.1 <sales2@koubou.test>: Recipient address rejected: User unknown in virtual mailbox table (in reply to RCPT TO command)',
  '550 No such user here (in reply to RCPT TO command)',
  '553 5.1.2 <taro@kissaten-tokyo.tset>: we do not know this domain (in reply to RCPT TO command)',
  '554 5.4.4 unable to route: Host or domain name not found. Name service error for name=kisaten.test type=MX: Host not found',
  '556 5.1.10 <info@parked.test>: the domain publishes a null MX and takes no mail (in reply to RCPT TO command)',
  '551 5.1.6 <mika@old-office.test>: User has moved; there is no forwarding address (in reply to RCPT TO command)',
  '550 5.2.1 <kenji@hottest.test>: mailbox disabled, not accepting messages (in reply to RCPT TO command)',
  'Sorry, no mailbox here by that name. (#5.1.1)',
  '550 5.7.1 <yamada@ginko.test>: Recipient unknown; the message was refused by policy (in reply to RCPT TO command)',
  "554 delivery error: This user doesn't have a purple.test account (yuki@purple.test) [0] (in reply to RCPT TO command)",
  '550 5.0.0 <ken@univ.test>: unknown local-part (in reply to RCPT TO command)',
  '550 5.2.1 The account is inactive: its owner has not opened it for two years (in reply to RCPT TO command)',
  '550 5.0.0 Recipient address rejected: user not found. [AS(2018)] (in reply to RCPT TO command)',
  '511 5.1.1 unknown address or alias: book-club@lists.test (in reply to RCPT TO command)',
  '550-5.1.1 There is nobody of this name at koubou.test. 550 5.1.1 Please look for typing errors or blanks (in reply to RCPT TO command)',
];

const SOFT: readonly string[] = [
  '452 4.2.2 <hana@bigmail.test>: the mailbox has no room left; its owner was told (in reply to RCPT TO command)',
  '552 5.2.2 <sales@koubou.test>: Over quota, message 48213 octets (in reply to RCPT TO command)',
  '550 Mailbox full (in reply to RCPT TO command)',
  '554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceeded (in reply to end of DATA command)',
  '451 4.3.2 the system is not accepting network messages, please try again later (in reply to MAIL FROM command)',
  '421 4.3.0 mx.univ.test: system load is too high, closing the connection',
  '450 4.1.1 <ken@univ.test>: Recipient address rejected: unverified address: the back end does not answer (in reply to RCPT TO command)',
  '5.4.1 connect to mx.ryokan.test[192.0.2.77]:25: Connection refused; nothing else is left to try',
  '4.4.1 connect to mx.ryokan.test[192.0.2.77]:25: Connection timed out',
  '5.4.7 delivery time expired: tried for five days, last: lost connection with mx.minato.test[198.51.100.9] while receiving the initial greeting',
  '550 Unknown user aiko@keitai.test (in reply to end of DATA command)',
  '5.4.6 too many hops: the message has passed 100 servers and was going round between lists.test and lists-2.test',
  '451 4.2.1 the mailbox is being moved to another server; temporarily unavailable (in reply to RCPT TO command)',
  '431 4.3.1 not enough disk: insufficient system storage (in reply to MAIL FROM command)',
  '450 4.2.0 <mika@grey.test>: Greylisted, come back in 300 seconds: temporary failure (in reply to RCPT TO command)',
  '450 4.4.3 <info@shop.test>: temporary failure in name resolution of the recipient (in reply to RCPT TO command)',
];

const OURS: readonly string[] = [
  '550-5.7.26 Your email has been blocked because the sender is unauthenticated. 550 5.7.26 SPF [example.test] with ip: [203.0.113.25] = did not pass (in reply to end of DATA command)',
  '550 5.7.1 Service unavailable; client [203.0.113.25] blocked using dnsbl.test; see https://why.lab.test/dnsbl (in reply to RCPT TO command)',
  '421 4.7.28 an unusual rate of mail originating from your IP address 203.0.113.25; it was rate limited (in reply to end of DATA command)',
  '550 5.7.25 the IP address that sends this message has no PTR record (in reply to RCPT TO command)',
  '550 5.7.515 Access denied, sending domain example.test does not meet the required authentication level (in reply to end of DATA command)',
  '552 5.3.4 message size exceeds the fixed limit of 10485760 octets (in reply to MAIL FROM command)',
  '554 5.7.9 message not accepted for policy reasons: the domain says p=reject in DMARC (in reply to end of DATA command)',
  '554 5.7.1 <hana@koubou.test>: Relay access denied (in reply to RCPT TO command)',
  '450 4.1.8 <news@exmaple.test>: Sender address rejected: Domain not found (in reply to RCPT TO command)',
  '554 5.6.0 message content rejected: two From fields (in reply to end of DATA command)',
  '552 5.7.0 this message carries a program within an archive, which we take from nobody (in reply to end of DATA command)',
  '550 5.0.0 spam detected by content scanner; the recipient is not told of it (in reply to end of DATA command)',
  '550 5.0.0 <taro@univ.test>: User unknown; rejected because 203.0.113.25 is in a black list at dnsbl.test (in reply to RCPT TO command)',
  '421 4.7.0 [TSS04] messages from 203.0.113.25 temporarily deferred due to unexpected volume or user complaints: reputation (in reply to MAIL FROM command)',
  '504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname (in reply to RCPT TO command)',
  '530 5.7.0 Must issue a STARTTLS command first: authentication required (in reply to MAIL FROM command)',
];

export const BOUNCE_SAMPLES: readonly BounceSample[] = [
  ...HARD.map((text) => ({ class: 'hard', text }) as const),
  ...SOFT.map((text) => ({ class: 'soft', text }) as const),
  ...OURS.map((text) => ({ class: 'ours', text }) as const),
];

/** Twenty of them, in an order that is this seed's. */
export function drawBounces(seed: number): readonly BounceSample[] {
  const chance = seeded(seed);
  const shuffled = chance.shuffled(BOUNCE_SAMPLES);
  const least = (['hard', 'soft', 'ours'] as const).flatMap((one) =>
    shuffled.filter((sample) => sample.class === one).slice(0, LEAST_EACH),
  );
  const rest = shuffled.filter((sample) => !least.includes(sample));
  return chance.shuffled([...least, ...rest.slice(0, SAMPLES - least.length)]);
}
