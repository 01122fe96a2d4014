/** Who asked whom what: the last questions of the practice Internet, in a ring that forgets the oldest, and whoever wants to hear of new ones. */
import { Newest } from '#lab/newest';
import { formatRdata } from './wire/rdata.ts';
import { rcodeName, TYPE, typeName } from './wire/record-types.ts';
import type { Message } from './wire/message.ts';
import type { Transport } from './sockets.ts';

export interface AskedQuestion {
  /** Counts up from 1, and never again. */
  readonly number: number;
  /** By the calendar, in milliseconds. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly transport: Transport;
  readonly name: string;
  readonly type: string;
  /** `NOERROR`, `NXDOMAIN`, …; `no answer` where a fault was declared. */
  readonly result: string;
  /** AA: the host is the authority for it. */
  readonly authoritative: boolean;
  /** AD: checked by its signatures. */
  readonly authentic: boolean;
  /** The first records of the answer, or where a referral leads, in short. */
  readonly answer: string;
}

const MAX_SHOWN = 4;
const MAX_TEXT = 200;

export class Questions {
  readonly #newest: Newest<Omit<AskedQuestion, 'number'>>;
  readonly #listeners = new Set<(question: AskedQuestion) => void>();

  constructor(most = 5_000) {
    this.#newest = new Newest(most);
  }

  record(question: Omit<AskedQuestion, 'number'>): void {
    const numbered = this.#newest.add(question);
    for (const tell of this.#listeners) tell(numbered);
  }

  /** Oldest first; those after a number. */
  list(after = 0): AskedQuestion[] {
    return this.#newest.list().filter(({ number }) => number > after);
  }

  /** Tells of every question from now on; call what comes back to hear no more. */
  subscribe(listener: (question: AskedQuestion) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** What a response says, in a line. */
export function shortAnswer(
  response: Message,
): Pick<AskedQuestion, 'result' | 'answer' | 'authoritative' | 'authentic'> {
  const data = response.answers.filter(({ type }) => type !== TYPE.RRSIG);
  const referral =
    data.length > 0 ? [] : response.authorities.filter(({ type }) => type === TYPE.NS);
  const shown = [...data, ...referral].map(
    ({ type, rdata }) => `${typeName(type)} ${formatRdata(type, rdata)}`,
  );
  const more = shown.length > MAX_SHOWN ? [`and ${shown.length - MAX_SHOWN} more`] : [];
  const text = [...shown.slice(0, MAX_SHOWN), ...more].join(', ');
  const head = referral.length > 0 ? `see ${referral[0]!.name}: ` : '';
  return {
    result: rcodeName(response.rcode),
    authoritative: response.authoritative,
    authentic: response.authenticData,
    answer: `${head}${text}`.slice(0, MAX_TEXT),
  };
}
