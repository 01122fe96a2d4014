/** An SPF record as value (RFC 7208 §4.6.1, ABNF in §12): what `parse-record.ts` reads and `format-record.ts` writes. */
import type { IpAddress } from '#protocol/address/ip-address';
import type { MacroString } from './macro-string.ts';

/** RFC 7208 §4.6.2. */
export type Qualifier = '+' | '-' | '~' | '?';

export type Mechanism =
  | { readonly name: 'all' }
  | { readonly name: 'include'; readonly domain: MacroString }
  | { readonly name: 'exists'; readonly domain: MacroString }
  | {
      readonly name: 'a' | 'mx';
      /** Undefined: the domain whose record it is. */
      readonly domain: MacroString | undefined;
      readonly prefixLength: PrefixLengths;
    }
  | { readonly name: 'ptr'; readonly domain: MacroString | undefined }
  | ({ readonly name: 'ip4' } & Network)
  | ({ readonly name: 'ip6' } & Network);

type Network = { readonly network: IpAddress; readonly prefixLength: number };

/** For clients of either family: `/24//64`. */
export type PrefixLengths = { readonly 4: number; readonly 6: number };

/** Where a term stands, and how it is written there. */
export interface Written {
  readonly text: string;
  /** Characters of the record before it. */
  readonly position: number;
}

export type Directive = { readonly qualifier: Qualifier } & Mechanism & Written;

export interface DomainModifier extends Written {
  readonly domain: MacroString;
}

/** Any other modifier: legal, and without effect (RFC 7208 §6). */
export interface UnknownModifier extends Written {
  /** In lower case. */
  readonly name: string;
  readonly value: MacroString;
}

export interface SpfRecord {
  /** The whole text. */
  readonly text: string;
  /** In the order in which they are looked at. */
  readonly directives: readonly Directive[];
  readonly redirect: DomainModifier | undefined;
  readonly exp: DomainModifier | undefined;
  readonly unknownModifiers: readonly UnknownModifier[];
}
