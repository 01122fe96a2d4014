/** Programs that know no other DNS server than that of /etc/resolv.conf: each sees another file there, in a mount namespace of its own. Needs root. */

const BIND = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';

/** The command that runs `command` where /etc/resolv.conf is `file`; the command itself without one. */
export function seeing(file: string | undefined, command: readonly string[]): readonly string[] {
  if (file === undefined) return command;
  return ['unshare', '--mount', 'sh', '-c', BIND, 'sh', file, ...command];
}
