/** Every provider of the practice Internet. */
import type { Provider } from '#lab/providers/rule';
import { BIGMAIL } from './bigmail.ts';
import { GREY } from './grey.ts';
import { HOTTEST } from './hottest.ts';
import { KEITAI } from './keitai.ts';
import { PURPLE } from './purple.ts';

export const PROVIDERS: readonly Provider[] = [BIGMAIL, HOTTEST, PURPLE, KEITAI, GREY];

export function findProvider(
  name: string,
  among: readonly Provider[] = PROVIDERS,
): Provider | undefined {
  return among.find((provider) => provider.name === name || provider.domain === name);
}
