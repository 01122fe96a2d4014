/**
 * Programs that know no other DNS server than that of /etc/resolv.conf, or no users but those of /etc/passwd: each sees another file
 * there, in a mount namespace of its own. Needs root.
 */

const BIND =
  'while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit; shift 2; done; shift; exec "$@"';

/** The command that runs `command` where /etc/resolv.conf is `file`; the command itself without one. */
export function seeing(file: string | undefined, command: readonly string[]): readonly string[] {
  return file === undefined ? command : seeingFiles({ '/etc/resolv.conf': file }, command);
}

/** The same for several: path → the file that is seen there. */
export function seeingFiles(
  files: Readonly<Record<string, string>>,
  command: readonly string[],
): readonly string[] {
  const pairs = Object.entries(files).flatMap(([place, file]) => [file, place]);
  return ['unshare', '--mount', 'sh', '-c', BIND, 'sh', ...pairs, '--', ...command];
}
