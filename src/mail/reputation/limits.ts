/** Every bound on what is remembered of senders, each with its reason. Times are milliseconds. */

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Rows of the table: 20 MB. Beyond it those of which least is left make room, so that a flood of new names pushes out new names. */
export const MOST_SENDERS = 100_000;
/** As many stay when room is made. */
export const ROOM_MADE = 0.9 * MOST_SENDERS;
/** Names that one client may bring first in a day: a relay of many customers brings some, who makes names up brings no more. */
export const MOST_NEW = 200;
/** Half of the window in which those count. */
export const NEW_SLOT = DAY / 2;
/** Without mail for so long, a sender is forgotten: of what was counted less than a thousandth is left. */
export const REMEMBERED_FOR = 150 * DAY;

/** Senders in memory, about 300 octets each. */
export const MOST_CACHED = 20_000;
/** What was found out holds so long: another node may have counted meanwhile. */
export const HOLDS = MINUTE;
/** Senders whose counts wait to be written, and that wait to be asked for. */
export const MOST_PENDING = 10_000;
export const MOST_WAITING = 10_000;
/** In one statement. */
export const ASKED_AT_ONCE = 1000;
export const WRITTEN_AT_ONCE = 500;
/** What a kill loses at most. */
export const WRITE_EVERY = 5000;
/** How often the rows of the table are counted; between two counts it grows by what the bounds above let through. */
export const RECOUNT_EVERY = MINUTE;
/** How often those that are forgotten are removed, while the table is not full. */
export const SWEEP_EVERY = 60 * MINUTE;
/** Signatures that are known to have been counted. */
export const MOST_REPLAYED = 20_000;
