/**
 * What a form carries so that no page of another site can send it: another site can neither read a page here nor reckon the token, whose key
 * lives as long as the process.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface FormTokens {
  /** @param what the form is about: a token for one thing is none for another */
  give(what: string): string;
  isOurs(what: string, token: string): boolean;
}

/** @param key random */
export function formTokens(key: Uint8Array): FormTokens {
  const give = (what: string): string => createHmac('sha256', key).update(what).digest('base64url');
  return {
    give,
    isOurs(what, token) {
      const [ours, theirs] = [Buffer.from(give(what)), Buffer.from(token)];
      return ours.length === theirs.length && timingSafeEqual(ours, theirs);
    },
  };
}
