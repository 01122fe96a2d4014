/**
 * Gathers small pieces of content into larger ones, so that a peer that sends one octet a packet cannot make the
 * consumer hold millions of objects: every piece but a message's last has at least 1 KB. Larger pieces pass through
 * without a copy. Called by the receiver.
 *
 * So the checks of a header (`mail/receive`) begin when its last octet is read, of small messages too, but for one that comes in pieces under
 * 1 KB: that is handed out with the first 4 KB, or at the final dot. Nothing would be gained by cutting at the header's end: programs send a
 * message of that size in one packet with its dot, and who types it by hand does not wait for DNS.
 */
import { concat } from '#bytes';

const SMALL = 1024;
const BLOCK = 4096;

export class ContentPieces {
  #block: Buffer | undefined;
  #filled = 0;

  /** Takes a piece; returns one to hand out, or undefined while it gathers. `last`: none follows. */
  add(piece: Uint8Array, last: boolean): Uint8Array | undefined {
    if (piece.length === 0) return undefined;
    if (this.#filled === 0 && (last || piece.length >= SMALL)) return piece;
    if (this.#filled + piece.length > BLOCK) return concat([this.take()!, piece]);
    this.#block ??= Buffer.allocUnsafeSlow(BLOCK);
    this.#block.set(piece, this.#filled);
    this.#filled += piece.length;
    return this.#filled >= BLOCK ? this.take() : undefined;
  }

  /** Hands out what was gathered; undefined where that is nothing. */
  take(): Uint8Array | undefined {
    const taken = this.#filled === 0 ? undefined : this.#block!.subarray(0, this.#filled);
    this.clear();
    return taken;
  }

  /** Forgets what was gathered. */
  clear(): void {
    this.#block = undefined;
    this.#filled = 0;
  }
}
