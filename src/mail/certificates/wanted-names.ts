/** For which names this server wants certificates, and how they are put together. Pure. */

export interface WantedFrom {
  readonly hostname: string;
  /** Names under which something is published for the domains here: `mta-sts.D`, `autoconfig.D` … */
  readonly published: readonly string[];
  /** Sets that somebody asked for, or brought a certificate for. */
  readonly requested: readonly (readonly string[])[];
  /** Names of the certificate in files, where one is configured. */
  readonly covered: readonly string[];
}

/**
 * Sets of names, each sorted; the host's own name first. What was asked for stands as it was asked for; every other name has a
 * certificate of its own, so that one name whose DNS is wrong keeps no other from its certificate.
 */
export function wantedNames({
  hostname,
  published,
  requested,
  covered,
}: WantedFrom): readonly string[][] {
  const sets = requested.map(sortedNames);
  const alone = [hostname, ...published]
    .map((name) => name.toLowerCase())
    .filter(
      (name) => isOrderable(name) && ![covered, ...sets].some((names) => covers(names, name)),
    );
  const all = [...[...new Set(alone)].map((name) => [name]), ...sets];
  const once = [...new Map(all.map((names) => [names.join(' '), names])).values()];
  const isOwn = (names: readonly string[]): number => Number(covers(names, hostname));
  return once.toSorted((a, b) => isOwn(b) - isOwn(a));
}

/** In one order, each once. */
export function sortedNames(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

/** Whether a certificate for these names serves a name: exactly, or by a wildcard for one label (RFC 9525 §6.3). */
export function covers(names: readonly string[], name: string): boolean {
  const dot = name.indexOf('.');
  return names.includes(name) || (dot > 0 && names.includes(`*${name.slice(dot)}`));
}

/** `localhost` is no name that anybody else could look up. */
function isOrderable(name: string): boolean {
  return name.includes('.');
}
