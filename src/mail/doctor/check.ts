/** What a row of the table of checks is. */
import type { Context } from './context.ts';
import type { Outcome } from './outcome.ts';
import type { ServerFacts } from './server-facts.ts';
import type { CheckId } from './texts.ts';
import type { CommonFinding } from './texts/any-check.ts';

export const FAMILIES = [
  'host',
  'network',
  'dns',
  'identity',
  'mx',
  'spf',
  'dkim',
  'dmarc',
  'tls',
  'policy',
  'clients',
  'reputation',
  'flow',
  'content',
  'abuse',
] as const;

export type Family = (typeof FAMILIES)[number];

/** outside: asks the world, which a development server does not · production: means nothing in development. */
export type Need = 'outside' | 'production';

interface Row {
  readonly family: Family;
  /** Once for the host, or for each domain. */
  readonly of: 'host' | 'domain';
  readonly needs: readonly Need[];
  /** What it may come to besides findings of its own, and besides what the frame says of what it needs. */
  readonly also: readonly CommonFinding[];
  /** Milliseconds that it may take, where that is more than others. */
  readonly patience?: number;
}

export type ServerContext = Context & { readonly server: ServerFacts };

/** A check that only a running server can answer is not run without one. */
export type Check<Id extends CheckId> =
  | (Row & {
      readonly server: true;
      readonly run: (context: ServerContext) => Promise<Outcome<Id>> | Outcome<Id>;
    })
  | (Row & {
      readonly server: false;
      readonly run: (context: Context) => Promise<Outcome<Id>> | Outcome<Id>;
    });
