/** The value of a CAA record that says who may issue, and under what (RFC 8659 §4.2, RFC 8657). Pure. */

export interface IssueValue {
  /** In lower case; empty: nobody may. */
  readonly issuer: string;
  /** The account that may order, where the record restricts it (RFC 8657 §3). */
  readonly accountUri: string | undefined;
  /** The challenges that may be used, in lower case (RFC 8657 §4). */
  readonly validationMethods: readonly string[] | undefined;
}

const PARAMETER = /^([a-zA-Z0-9][a-zA-Z0-9-]*)[ \t]*=[ \t]*([\x21-\x3a\x3c-\x7e]*)$/;

/** Undefined for a value that is not as it should be: it lets nobody issue (RFC 8659 §4.2). */
export function readIssueValue(value: string): IssueValue | undefined {
  const [issuer = '', ...rest] = value.split(';').map((part) => part.trim());
  const parameters = rest
    .filter((part) => part !== '')
    .map((part) => PARAMETER.exec(part)?.slice(1) as [string, string] | undefined);
  if (parameters.some((one) => one === undefined)) return undefined;
  const named = (tag: string): string[] =>
    parameters.flatMap((one) => (one?.[0].toLowerCase() === tag ? [one[1]] : []));
  const accounts = named('accounturi');
  const methods = named('validationmethods');
  // RFC 8657 §3, §4: with several of one kind nobody can comply
  if (accounts.length > 1 || methods.length > 1) return undefined;
  return {
    issuer: issuer.toLowerCase(),
    accountUri: accounts[0],
    validationMethods: methods[0]?.toLowerCase().split(','),
  };
}
