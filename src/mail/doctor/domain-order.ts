/** Which names are above which. */

/** Whether `name` is `domain` or stands below it. */
export function isBelow(name: string, domain: string): boolean {
  return name === domain || (domain !== '' && name.endsWith(`.${domain}`));
}

/** The names above one, nearest first, without a top-level domain. */
export function above(name: string): string[] {
  const labels = name.split('.');
  return labels.slice(1, -1).map((_, index) => labels.slice(index + 1).join('.'));
}
