/** Every provider of the practice Internet. */
import { BIGMAIL } from './bigmail.ts';
import type { Provider } from './rule.ts';

export const PROVIDERS: readonly Provider[] = [BIGMAIL];
