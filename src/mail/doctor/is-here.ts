import type { ServerFacts } from './server-facts.ts';

/** Whether a domain is one of this server: the doctor looks at those of others too. */
export function isHere({ domains }: ServerFacts, domain: string): boolean {
  return domains.some(({ name }) => name === domain);
}
