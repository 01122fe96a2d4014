/**
 * Body canonicalization, RFC 6376 §3.4.3 (simple) and §3.4.4 (relaxed), over a stream of chunks.
 *
 * Two stages: «relaxed» first reduces white space within lines; then both kinds hold back the line
 * ends at the very end of what was seen, since empty lines at the end of the body do not count.
 * Invariants: the output does not depend on where chunks are split; memory is one chunk at most,
 * however many empty lines are held back; a chunk in which nothing changes is handed on, not copied.
 * A line ends with CRLF: a bare CR or LF is content like any other octet. Called by body-hash.ts.
 */
import { CR, LF } from '#bytes';

export type Canonicalization = 'simple' | 'relaxed';

/** Takes canonical octets; they are valid only until it returns. */
export type ByteSink = (bytes: Uint8Array) => void;

export interface BodyCanonicalizer {
  push(chunk: Uint8Array): void;
  /** To be called once, after the last chunk. */
  end(): void;
}

const SP = 0x20;
const TAB = 0x09;
const CRLF = Uint8Array.of(CR, LF);
const CR_ALONE = Uint8Array.of(CR);
const SPACE_CR = Uint8Array.of(SP, CR);
const IS_SPACE = Uint8Array.from({ length: 256 }, (_, octet) =>
  Number(octet === SP || octet === TAB),
);
const TAB_TO_SPACE = Uint8Array.from({ length: 256 }, (_, octet) => (octet === TAB ? SP : octet));
/** Held-back line ends are written from this block, so that a million of them cost no memory. */
const MANY_CRLF = Buffer.alloc(4096, '\r\n');

/** Starts the canonicalization of one body; `sink` gets the canonical octets in order. */
export function canonicalizeBody(kind: Canonicalization, sink: ByteSink): BodyCanonicalizer {
  return kind === 'simple' ? endTrimmer(true, sink) : whiteSpaceReducer(endTrimmer(false, sink));
}

/**
 * Drops the empty lines at the end and makes sure that what is left ends with CRLF. An empty body
 * becomes one CRLF in simple (§3.4.3) and stays empty in relaxed (§3.4.4).
 */
function endTrimmer(emptyIsOneLine: boolean, sink: ByteSink): BodyCanonicalizer {
  let heldLineEnds = 0;
  let heldCr = false;
  let hasContent = false;

  const release = (): void => {
    for (let octets = heldLineEnds * 2; octets > 0; octets -= MANY_CRLF.length) {
      sink(octets < MANY_CRLF.length ? MANY_CRLF.subarray(0, octets) : MANY_CRLF);
    }
    heldLineEnds = 0;
  };

  const content = (bytes: Uint8Array): void => {
    release();
    sink(bytes);
    hasContent = true;
  };

  return {
    push(chunk) {
      let start = 0;
      if (heldCr && chunk.length > 0) {
        heldCr = false;
        if (chunk[0] === LF) {
          heldLineEnds++;
          start = 1;
        } else {
          content(CR_ALONE);
        }
      }
      let end = chunk.length;
      if (end > start && chunk[end - 1] === CR) {
        heldCr = true;
        end--;
      }
      const lastLineEnd = end;
      while (end - 2 >= start && chunk[end - 1] === LF && chunk[end - 2] === CR) end -= 2;
      if (end > start) content(chunk.subarray(start, end));
      heldLineEnds += (lastLineEnd - end) / 2;
    },
    end() {
      if (heldCr) content(CR_ALONE);
      // «if there is no body or no trailing CRLF on the message body, a CRLF is added»
      if (hasContent || emptyIsOneLine) sink(CRLF);
    },
  };
}

/**
 * Reduces each run of white space to one space and drops it before a line end and at the end of the
 * body (§3.4.4 a). What depends on the next octet (a space; a space and a CR) is held over the
 * chunk boundary.
 */
function whiteSpaceReducer(next: BodyCanonicalizer): BodyCanonicalizer {
  let heldSpace = false;
  let heldCr = false;
  let scratch = new Uint8Array(0);

  /**
   * Line ends are found by indexOf, and the loop between them has no branch: each octet is written,
   * and the place moves on unless a run of white space goes on. Twice as fast on text as a test
   * of each octet, since no processor predicts where words end.
   */
  const reduce = (chunk: Uint8Array, out: Uint8Array): number => {
    let length = heldSpace ? 1 : 0;
    let inSpace = length;
    out[0] = SP;
    for (let i = 0; i < chunk.length; i++) {
      const cr = chunk.indexOf(CR, i);
      for (const stop = cr < 0 ? chunk.length : cr; i < stop; i++) {
        const octet = chunk[i]!;
        const isSpace = IS_SPACE[octet]!;
        out[length] = TAB_TO_SPACE[octet]!;
        length += 1 - (inSpace & isSpace);
        inSpace = isSpace;
      }
      if (cr < 0) break;
      if (inSpace === 1) {
        heldCr = cr + 1 === chunk.length;
        if (heldCr) break;
        if (chunk[cr + 1] === LF) length--;
      }
      out[length++] = CR;
      inSpace = 0;
    }
    heldSpace = inSpace === 1;
    return length - inSpace;
  };

  return {
    push(chunk) {
      if (chunk.length === 0) return;
      if (heldCr) {
        next.push(chunk[0] === LF ? CR_ALONE : SPACE_CR);
        heldCr = heldSpace = false;
      }
      if (!heldSpace && !chunk.includes(SP) && !chunk.includes(TAB)) {
        next.push(chunk);
        return;
      }
      // one octet more than the chunk: the space that was held
      if (scratch.length <= chunk.length) scratch = new Uint8Array(chunk.length + 1);
      next.push(scratch.subarray(0, reduce(chunk, scratch)));
    },
    end() {
      if (heldCr) next.push(SPACE_CR);
      next.end();
    },
  };
}
