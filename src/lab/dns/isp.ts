/** The panel of who gave the learner their addresses: the reverse name of each is set there, and nowhere else (RFC 1035 §3.5). */
import { isIPv4 } from 'node:net';
import { LEARNER } from '#lab/addresses';
import type { Books } from './books.ts';
import { TTL } from './infrastructure.ts';
import { changed, refused } from './outcome.ts';
import type { Changed, Refused } from './outcome.ts';
import { shortened } from './said.ts';
import { parseName } from './wire/name.ts';

export interface LearnersAddress {
  readonly address: string;
  /** Its reverse name once all is published. */
  readonly name: string | null;
}

export class Isp {
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  addresses(): LearnersAddress[] {
    return [...this.#books.reverse.learners].map(([address, name]) => ({ address, name }));
  }

  /** Without a name: none any more. */
  setPtr(address: string, name?: string): Promise<Changed | Refused> {
    return this.#books.facts.inTurn(async () => {
      const own = this.#books.addressOf('mail.example.test').split('.').slice(0, 2).join('.');
      const prefix = `${own}.${LEARNER}.`;
      if (!isIPv4(address) || !address.startsWith(prefix))
        return refused('not-your-address', { address: shortened(address), prefix });
      const host = name === undefined ? null : parseName(name);
      if (host === undefined || host === '' || (host !== null && isIPv4(host)))
        return refused('bad-host-name', { name: shortened(name ?? '') });
      const { at, byAll } = await this.#books.putPointer(address, host);
      return this.#books.note('pointer', changed(address, at, { from: byAll, byAll }, TTL.hosted));
    });
  }
}
