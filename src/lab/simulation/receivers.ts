/** The three providers that a simulation writes to. */
import { BIGMAIL } from '#lab/providers/bigmail';
import { HOTTEST } from '#lab/providers/hottest';
import { PURPLE } from '#lab/providers/purple';
import type { Provider } from '#lab/providers/rule';

export const RECEIVERS: readonly Provider[] = [BIGMAIL, HOTTEST, PURPLE];
