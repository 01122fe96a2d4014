import { Newest } from '#lab/newest';

/** What was asked of the authority and what it answered: the newest, in memory, bounded in number and each in length. For who reads it again. */
export interface CaExchange {
  /** Counts up from 1, and never again. */
  readonly number: number;
  /** By the calendar of the practice Internet, in milliseconds. */
  readonly at: number;
  /** Real time, by which the authority judges. */
  readonly real: number;
  /** Address of the client. */
  readonly from: string;
  readonly method: string;
  readonly path: string;
  /** Its payload as it was signed, cut: '' of a POST-as-GET (RFC 8555 §6.3); undefined where nothing was believed. */
  readonly said: string | undefined;
  /** Of the account that signed. */
  readonly account: string | undefined;
  readonly status: number;
  /** The body, cut; '' where there is none. */
  readonly answer: string;
}

const MOST = 500;
/** Characters of a payload, a body, a path. */
const LENGTH = 2000;

export class Heard {
  readonly #newest: Newest<Omit<CaExchange, 'number'>>;

  constructor(most = MOST) {
    this.#newest = new Newest(most);
  }

  add({ path, said, answer, ...exchange }: Omit<CaExchange, 'number'>): void {
    this.#newest.add({
      ...exchange,
      path: cut(path),
      said: said === undefined ? undefined : cut(said),
      answer: cut(answer),
    });
  }

  /** Oldest first. */
  list(): CaExchange[] {
    return this.#newest.list();
  }
}

function cut(text: string): string {
  return text.length <= LENGTH ? text : `${text.slice(0, LENGTH)}…`;
}
