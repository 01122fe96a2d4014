/** What the story of a check is made of: one step that led to its result. */

/** A step of a check, as reports of `protocol` have them too: `step` names its text. Plain JSON. */
export type CheckStep = Named | (Named & { readonly [field: string]: unknown });

interface Named {
  readonly step: string;
  readonly rfc?: string;
}
