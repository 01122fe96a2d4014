/** What is known of a message where a search asks about it. AND is the lesser, OR the greater, NOT what is missing to {@link YES}. */
export const NO = 0;
export const UNKNOWN = 1;
export const YES = 2;
