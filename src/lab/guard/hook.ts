/**
 * A command of the learner's that the server starts while the practice Internet is on: the hook of DNS-01, which may be the one that writes into
 * the real DNS of a provider. It runs in a network namespace of its own that has no way out, not even a loopback (network_namespaces(7)); by its
 * socket in the data folder it reaches the server, so that `hikyaku lab dns` works in it. Where no namespace is to be had it does not run at all.
 */
export function heldHook(
  command: readonly string[],
  user: { readonly uid: number; readonly gid: number },
): string[] {
  if (command.length === 0) return [];
  const itself = [`--map-user=${user.uid}`, `--map-group=${user.gid}`];
  return ['unshare', '--user', ...itself, '--net', '--', ...command];
}
