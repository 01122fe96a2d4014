/** UIDs as ranges: short to store, to send and to ask the database with. */

/** Both ends belong to it. */
export interface UidRange {
  readonly from: number;
  readonly to: number;
}

/** Sorted UIDs as rising ranges that do not touch. */
export function rangesOf(_uids: Uint32Array): UidRange[] {
  throw new Error('not yet');
}
