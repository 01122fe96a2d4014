/**
 * A connection that goes on reading when the other end has closed while it writes: what it said before stands in the kernel still, and
 * node:net would throw it away with the failed write. What cannot be written any more goes nowhere.
 */
import { Socket } from 'node:net';

type Written = (error?: Error | null) => void;

export class PatientSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, written: Written): void {
    super._write(chunk, encoding, forgiving(written));
  }

  override _writev(
    chunks: { readonly chunk: unknown; readonly encoding: BufferEncoding }[],
    written: Written,
  ): void {
    super._writev!(chunks, forgiving(written));
  }
}

function forgiving(written: Written): Written {
  return (error) => {
    const { code = '' } = (error ?? {}) as NodeJS.ErrnoException;
    written(['EPIPE', 'ECONNRESET'].includes(code) ? null : error);
  };
}
