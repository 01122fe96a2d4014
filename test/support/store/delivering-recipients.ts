/** Which accounts a message of `delivering-program.ts` goes to, as places in its list: three, in an order that nobody sorted. */
export function recipientsOf(seed: number, message: number, accounts: number): number[] {
  const order = [0, 3, 7].map((step) => (message * 7 + step) % accounts);
  // one process names them backwards: whoever locks as they are named meets the other
  return seed % 2 === 0 ? order : order.toReversed();
}
