/**
 * The resolver of a server that has no business with the outside: every question is refused without being
 * asked. `dev` uses it unless the practice Internet runs, so that no domain name typed while learning leaves
 * the machine.
 */
import type { Resolver } from '#protocol/dns/resolver';

export const nowhereResolver: Resolver = {
  resolve(name, type) {
    return Promise.resolve({
      kind: 'failure',
      cause: 'refused',
      text:
        `${type} of ${name} was not looked up: this server asks no outside DNS. ` +
        'Set HIKYAKU_DNS to a resolver, or a route for the domain, to deliver to it.',
    });
  },
};
