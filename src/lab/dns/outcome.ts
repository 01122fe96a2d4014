/** What a change at the registrar, the hosting company or the provider of addresses comes to. */
import type { Language } from '#protocol/dsn/language';
import { tellRefusal, type RefusalKey, type RefusalValues } from './refusals.ts';
import type { Said } from './said.ts';

/** Why nothing was changed, and what to do instead. */
export interface Refused {
  readonly kind: 'refused';
  /** For programs; stable. */
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
  readonly ja: Told;
}

export interface Told {
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
  /** What is legal and hardly ever meant, or worth knowing. */
  readonly remarks: readonly Said[];
}

export function refused<Key extends RefusalKey>(key: Key, values: RefusalValues<Key>): Refused {
  const { reason, message, remedy } = tellRefusal(key, values);
  const ja = { message: message.ja, remedy: remedy.ja };
  return { kind: 'refused', reason, message: message.en, remedy: remedy.en, ja };
}

export function toldIn(refusal: Refused, language: Language): Told {
  return language === 'ja' ? refusal.ja : refusal;
}

export function isRefused(value: object): value is Refused {
  return (value as Partial<Refused>).kind === 'refused';
}

export function isChanged(value: object): value is Changed {
  return (value as Partial<Changed>).kind === 'changed';
}

/** @param remembered seconds that a cache may keep what was there before */
export function changed(
  name: string,
  changedAt: number,
  served: { readonly from: number; readonly byAll: number },
  remembered: number,
  remarks: readonly Said[] = [],
): Changed {
  return {
    kind: 'changed',
    name,
    changedAt,
    servedFrom: served.from,
    servedByAllFrom: served.byAll,
    seenByAllFrom: served.byAll + remembered * 1_000,
    remarks,
  };
}
