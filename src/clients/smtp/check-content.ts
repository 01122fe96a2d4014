/**
 * The last look at content before it leaves (fail closed): a bare CR or LF, a NUL, 8-bit octets in what was declared
 * 7-bit, or another size than declared never reach a peer as accepted mail. A bare line ending is what SMTP
 * smuggling is made of: whatever a store, a filter or a forwarder did to the octets, it ends here.
 */
import { ContentScan } from '#protocol/smtp/content-scan';
import type { Content } from './mail.ts';
import type { ContentFault } from './outcome.ts';

const NO_LIMITS = { maxSize: Infinity, maxLine: Infinity };

export class ContentCheck {
  readonly #scan = new ContentScan(NO_LIMITS, false);
  readonly #content: Content;

  constructor(content: Content) {
    this.#content = content;
  }

  /** Looks at a chunk; a fault means that it must not be sent. */
  chunk(bytes: Uint8Array): ContentFault | undefined {
    this.#scan.read(bytes, 0, bytes.length);
    if (this.#scan.size > this.#content.size) return 'size-differs';
    // Which of the two it is shows at the end; either way nothing more may leave.
    return this.#scan.condemned ? (this.#defect() ?? 'bare-line-ending') : undefined;
  }

  /** After the last chunk. */
  end(): ContentFault | undefined {
    const { facts } = this.#scan.finish();
    const defect = this.#defect();
    if (defect !== undefined) return defect;
    if (facts.size !== this.#content.size) return 'size-differs';
    return facts.eightBit && !this.#content.eightBit ? 'eight-bit' : undefined;
  }

  #defect(): ContentFault | undefined {
    const { defect } = this.#scan.finish();
    return defect === 'nul' ? 'nul' : defect === undefined ? undefined : 'bare-line-ending';
  }
}

/** The whole of content that is in memory. */
export function checkWhole(
  content: Content,
  chunks: readonly Uint8Array[],
): ContentFault | undefined {
  const check = new ContentCheck(content);
  for (const bytes of chunks) {
    const fault = check.chunk(bytes);
    if (fault !== undefined) return fault;
  }
  return check.end();
}
