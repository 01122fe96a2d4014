/**
 * The octets of claimed messages for the client: small ones in memory, as they were queued here or fetched for many messages in one
 * question; larger ones read from the store while they are sent.
 */
import { isAscii } from 'node:buffer';
import { utf8 } from '#bytes';
import type { Content } from '#clients/smtp/mail';
import { readView, withoutRanges } from '#store/emails/emails';
import type { Queryable } from '#store/query/queryable';
import type { ClaimedMessage } from '#store/queue/claim';
import { readSmallBlobs } from '#store/queue/contents';
import { FreshOctets, SMALL } from './fresh-octets.ts';

/** Octets that one question brings. */
const AHEAD = 1024 * 1024;

export class Contents {
  readonly #db: Queryable;
  readonly #messages: readonly ClaimedMessage[];
  readonly #fresh: FreshOctets;
  #fetched = new Map<string, Uint8Array>();

  constructor(
    db: Queryable,
    messages: readonly ClaimedMessage[],
    fresh: FreshOctets = new FreshOctets(),
  ) {
    this.#db = db;
    this.#messages = messages;
    this.#fresh = fresh;
  }

  /** The message as sent; `prefix` stands in place of its own. */
  async of(message: ClaimedMessage, prefix: Uint8Array = message.prefix): Promise<Content> {
    const eightBit = message.eightBit || !isAscii(prefix);
    const size = message.size - message.prefix.length + prefix.length;
    const facts = { size, eightBit, smtputf8: message.smtputf8 && eightBit };
    if (message.blobSize > SMALL) {
      const { blobId, hidden } = message;
      return { ...facts, chunks: () => readView(this.#db, blobId, prefix, hidden) };
    }
    const blob = await this.#small(message);
    return { ...facts, chunks: [prefix, ...withoutRanges(blob, 0, message.hidden)] };
  }

  /** The first octets of the view: all of a small message, the first chunk of a larger one. */
  async head(message: ClaimedMessage): Promise<Uint8Array> {
    const { blobId, prefix, hidden } = message;
    const blob =
      message.blobSize <= SMALL
        ? await this.#small(message)
        : ((await readSmallBlobs(this.#db, [blobId])).get(blobId) ?? utf8(''));
    return Buffer.concat([prefix, ...withoutRanges(blob, 0, hidden)]);
  }

  async #small(message: ClaimedMessage): Promise<Uint8Array> {
    const fresh = this.#fresh.of(message.id);
    if (fresh) return fresh;
    if (!this.#fetched.has(message.blobId)) await this.#fetch(this.#messages.indexOf(message));
    // a blob without octets has no chunk
    return this.#fetched.get(message.blobId) ?? utf8('');
  }

  async #fetch(from: number): Promise<void> {
    const ids = new Set<string>();
    let octets = 0;
    for (let i = from; i < this.#messages.length && octets < AHEAD; i++) {
      const { id, blobId, blobSize } = this.#messages[i]!;
      if (blobSize > SMALL || ids.has(blobId) || this.#fresh.of(id)) continue;
      ids.add(blobId);
      octets += blobSize;
    }
    this.#fetched = await readSmallBlobs(this.#db, [...ids]);
  }
}
