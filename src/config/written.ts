/** How values of settings are told, as they would be written: by `config show`, and in the page and the example file that are made from their table. */
import { z } from 'zod';
import type { Field } from './kinds.ts';

export type Kind = 'duration' | 'octets' | 'switch' | 'number' | 'list' | 'text';

/** By what the schema makes of texts of each kind. */
export function kindOf({ schema }: Field<unknown>): Kind {
  const read = (text: string): unknown => schema.safeParse(text).data;
  if (read('1d') === 86_400_000) return 'duration';
  if (read('1K') === 1024) return 'octets';
  if (read('yes') === true) return 'switch';
  if (read('1') === 1) return 'number';
  return Array.isArray(read('')) ? 'list' : 'text';
}

/** The words of which it is one; undefined where it may be anything else. */
export function choicesOf({ schema }: Field<unknown>): readonly string[] | undefined {
  return schema instanceof z.ZodEnum ? schema.options.map(String) : undefined;
}

/** A time or a size as a person writes it; undefined where it is something else. */
export function measuredText(value: unknown, kind: Kind): string | undefined {
  if (kind === 'duration') return inUnits(Number(value), DURATIONS);
  return kind === 'octets' ? inUnits(Number(value), SIZES) : undefined;
}

const DURATIONS = [
  [864e5, 'd'],
  [36e5, 'h'],
  [6e4, 'm'],
  [1e3, 's'],
] as const;
const SIZES = [
  [1024 ** 3, 'G'],
  [1024 ** 2, 'M'],
  [1024, 'K'],
] as const;

/** In the largest unit that goes into it. */
function inUnits(value: number, units: readonly (readonly [number, string])[]): string {
  if (value === 0) return '0';
  const unit = units.find(([size]) => value % size === 0);
  return unit === undefined ? String(value) : `${value / unit[0]}${unit[1]}`;
}
