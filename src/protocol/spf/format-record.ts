/** Writing an SPF record: the inverse of `parse-record.ts`, in one spelling (lower case, no `+`, no prefix that says nothing). */
import { formatIp } from '#protocol/address/ip-address';
import { formatMacroString } from './macro-string.ts';
import { VERSION } from './parse-record.ts';
import type { Directive, Mechanism, PrefixLengths, SpfRecord } from './record.ts';

/** What of a record decides; where its terms stand follows from the text. */
export interface RecordTerms {
  readonly directives: readonly (Pick<Directive, 'qualifier'> & Mechanism)[];
  readonly redirect: Pick<NonNullable<SpfRecord['redirect']>, 'domain'> | undefined;
  readonly exp: Pick<NonNullable<SpfRecord['exp']>, 'domain'> | undefined;
  readonly unknownModifiers: readonly Pick<
    SpfRecord['unknownModifiers'][number],
    'name' | 'value'
  >[];
}

export function formatRecord({ directives, redirect, exp, unknownModifiers }: RecordTerms): string {
  return [
    VERSION,
    ...directives.map(
      (directive) =>
        (directive.qualifier === '+' ? '' : directive.qualifier) + formatMechanism(directive),
    ),
    ...(redirect === undefined ? [] : [`redirect=${formatMacroString(redirect.domain)}`]),
    ...(exp === undefined ? [] : [`exp=${formatMacroString(exp.domain)}`]),
    ...unknownModifiers.map(({ name, value }) => `${name}=${formatMacroString(value)}`),
  ].join(' ');
}

function formatMechanism(mechanism: Mechanism): string {
  switch (mechanism.name) {
    case 'all':
      return mechanism.name;
    case 'ip4':
    case 'ip6': {
      const { name, network, prefixLength } = mechanism;
      const whole = network.family === 4 ? 32 : 128;
      return `${name}:${formatIp(network)}${prefixLength === whole ? '' : `/${prefixLength}`}`;
    }
    case 'a':
    case 'mx': {
      const { name, domain, prefixLength } = mechanism;
      return name + argument(domain) + formatPrefixLengths(prefixLength);
    }
    case 'include':
    case 'exists':
    case 'ptr':
      return mechanism.name + argument(mechanism.domain);
  }
}

function argument(domain: Parameters<typeof formatMacroString>[0] | undefined): string {
  return domain === undefined ? '' : `:${formatMacroString(domain)}`;
}

function formatPrefixLengths(lengths: PrefixLengths): string {
  return (
    (lengths[4] === 32 ? '' : `/${lengths[4]}`) + (lengths[6] === 128 ? '' : `//${lengths[6]}`)
  );
}
