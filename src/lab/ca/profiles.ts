/** How long certificates are good for, by the name that an order or the lab chooses (draft-ietf-acme-profiles). */

const DAY = 24 * 60 * 60 * 1000;

export const PROFILES = {
  classic: { lifetime: 90 * DAY, about: 'for 90 days' },
  short: { lifetime: 7 * DAY, about: 'for 7 days' },
} as const;

export type ProfileName = keyof typeof PROFILES;

export function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}
