/** Texts by setting, as catalogues have them beside the table: one too few or too many, or one of another setting, does not compile. */
import type { Key } from '#config/fields';

/** Of the settings of one or more tables of `hikyaku.toml`. */
export type TextsOf<Table extends string> = Readonly<
  Record<Extract<Key, `${Table}.${string}`>, string>
>;

/** Of those that stand in no table. */
export type GeneralTexts = Readonly<Record<Exclude<Key, `${string}.${string}`>, string>>;
