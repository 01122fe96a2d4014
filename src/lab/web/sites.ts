/**
 * The names that the pages answer to. A browser outside the practice Internet cannot look up `.test`: for it each site is a folder of the
 * plain address, `http://127.20.6.80:8080/why.lab.test/…`. Pure.
 */
import { hostOf } from '#protocol/http/host';

export const WEB_HOST = 'web.lab.test';
export const WHY = 'why.lab.test';
export const BLOCK_LIST = 'dnsbl.test';
export const POSTMASTER = 'postmaster.bigmail.test';

export const REGISTRAR = 'registrar.test';
export const PANEL = 'panel.dnshost.test';
export const ISP = 'isp.test';
export const CACHE = 'cache.resolver.test';

export const SITES = [WHY, BLOCK_LIST, POSTMASTER, REGISTRAR, PANEL, ISP, CACHE] as const;
export type Site = (typeof SITES)[number];

/** How a page was asked for: by the name of its site, or by the address of the host (its own name is as good). */
export type Caller =
  | { readonly kind: 'name'; readonly site: Site }
  | { readonly kind: 'address' }
  | { readonly kind: 'foreign' };

/** @param header Host, as it came @param address of the listener */
export function callerOf(header: string | undefined, address: string): Caller {
  const host = hostOf(header);
  const site = SITES.find((one) => one === host);
  if (site !== undefined) return { kind: 'name', site };
  return { kind: host === address || host === WEB_HOST ? 'address' : 'foreign' };
}

/** Where a path of a site is for who called so. */
export function placeFor(caller: Caller, site: Site, path: string): string {
  if (caller.kind === 'name') return caller.site === site ? path : `http://${site}${path}`;
  return `/${site}${path}`;
}
