/** What a change at the registrar, the hosting company or the provider of addresses comes to. */

/** Why nothing was changed, and what to do instead. */
export interface Refused {
  readonly kind: 'refused';
  /** For programs; stable. */
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
}

/** It is done; others see it later. Times are milliseconds of the calendar. */
export interface Changed {
  readonly kind: 'changed';
  readonly name: string;
  readonly changedAt: number;
  /** When the first authoritative server answers by it. */
  readonly servedFrom: number;
  /** When every authoritative server does. */
  readonly servedByAllFrom: number;
  /** When no cache holds what was there before any more. */
  readonly seenByAllFrom: number;
}

export function refused(reason: string, message: string, remedy: string): Refused {
  return { kind: 'refused', reason, message, remedy };
}

export function isRefused(value: object): value is Refused {
  return (value as Partial<Refused>).kind === 'refused';
}

/** @param remembered seconds that a cache may keep what was there before */
export function changed(
  name: string,
  changedAt: number,
  served: { readonly from: number; readonly byAll: number },
  remembered: number,
): Changed {
  return {
    kind: 'changed',
    name,
    changedAt,
    servedFrom: served.from,
    servedByAllFrom: served.byAll,
    seenByAllFrom: served.byAll + remembered * 1_000,
  };
}
