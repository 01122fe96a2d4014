/** Who asked whom what: the last questions of the practice Internet, in a ring that forgets the oldest, and whoever wants to hear of new ones. */
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
  readonly #most: number;
  readonly #ring: AskedQuestion[] = [];
  readonly #listeners = new Set<(question: AskedQuestion) => void>();
  #count = 0;

  constructor(most = 5_000) {
    this.#most = most;
  }

  record(question: Omit<AskedQuestion, 'number'>): void {
    const numbered = { number: ++this.#count, ...question };
    this.#ring[(numbered.number - 1) % this.#most] = numbered;
    for (const tell of this.#listeners) tell(numbered);
  }

  /** Oldest first; those after a number. */
  list(after = 0): AskedQuestion[] {
    const start = this.#count % this.#most;
    const whole = this.#count <= this.#most;
    const ordered = whole
      ? this.#ring
      : [...this.#ring.slice(start), ...this.#ring.slice(0, start)];
    return ordered.filter(({ number }) => number > after);
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
