/**
 * The type of a name or password that went through SASLprep. Hashing and checking take this type alone, so
 * that no way into an account can forget to prepare what was typed.
 */
declare const preparedBrand: unique symbol;

/** Text as `saslprep` returned it. */
export type PreparedText = string & { readonly [preparedBrand]: true };
