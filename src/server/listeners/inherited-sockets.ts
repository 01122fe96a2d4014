/**
 * Sockets that a service manager listens on and hands over (sd_listen_fds(3)): from descriptor 3 on, with names. The ports are there
 * before and after this process, so that a restart refuses nobody, and they need no rights here.
 */

export const DOORS = [
  'smtp',
  'submission',
  'submissions',
  'imap',
  'imaps',
  // those for everybody, not that of health and metrics
  'http',
  'https',
] as const;
export type DoorName = (typeof DOORS)[number];

export type InheritedSockets =
  | { readonly kind: 'sockets'; readonly descriptors: ReadonlyMap<DoorName, readonly number[]> }
  | { readonly kind: 'not-understood'; readonly message: string; readonly remedy: string };

const FIRST_DESCRIPTOR = 3;

/** @param pid of this process: what is meant for another one is not ours */
export function inheritedSockets(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): InheritedSockets {
  const { LISTEN_PID: forPid, LISTEN_FDS: count = '0', LISTEN_FDNAMES: names = '' } = environment;
  const descriptors = new Map<DoorName, number[]>();
  if (forPid !== String(pid)) return { kind: 'sockets', descriptors };
  const named = names.split(':');
  for (let i = 0; i < Number(count); i++) {
    const door = doorNamed(named[i] ?? '');
    if (door === undefined) return notUnderstood(named[i] ?? '', i + FIRST_DESCRIPTOR);
    descriptors.set(door, [...(descriptors.get(door) ?? []), i + FIRST_DESCRIPTOR]);
  }
  return { kind: 'sockets', descriptors };
}

/** A socket without a name of its own has that of its unit. */
function doorNamed(name: string): DoorName | undefined {
  const word = /^(?:hikyaku-)?([a-z]+)(?:\.socket)?$/.exec(name)?.[1];
  return DOORS.find((door) => door === word);
}

function notUnderstood(name: string, descriptor: number): InheritedSockets {
  return {
    kind: 'not-understood',
    message: `the socket ${JSON.stringify(name)} (descriptor ${descriptor}) that was handed over is for no listener here`,
    remedy: `Set FileDescriptorName= of its unit to one of ${DOORS.join(', ')}.`,
  };
}
