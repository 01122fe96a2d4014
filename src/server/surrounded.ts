/** What a server lets its surroundings use of it, once it can be reached. */
import { formatZone } from '#mail/dns-plan/format-zone';
import { tellPlan } from '#mail/dns-plan/rows';
import type { DnsPlan } from '#mail/dns-plan/record';
import type { Guard } from '#mail/abuse/guard';
import type { Queue } from '#mail/queue/options';
import type { EventBuffer } from '#store/events/event-buffer';
import type { RunningDoctor } from './doctor.ts';
import type { Surrounded } from './surroundings.ts';

export interface SurroundedParts extends Pick<Surrounded, 'ports' | 'directory' | 'tls'> {
  readonly notes: EventBuffer;
  readonly queue: Queue;
  readonly doctor: Pick<RunningDoctor, 'examine'>;
  readonly guard: Guard;
  /** Undefined where the domain is not here. */
  readonly plan: (domain: string) => Promise<DnsPlan | undefined>;
}

export function surrounded(parts: SurroundedParts): Surrounded {
  const { ports, directory, tls, notes, queue, doctor, guard } = parts;
  return {
    ports,
    directory,
    tls,
    settle: () => notes.flush(),
    queueIsIdle: () => queue.isIdle,
    examine: () => doctor.examine(),
    ban: (address, reason) => guard.banByHand(address, reason, null),
    unban: (address) => guard.liftBan(address),
    async zoneOf(domain) {
      const plan = await parts.plan(domain);
      if (plan === undefined) return undefined;
      const records = plan.records.filter(({ need }) => need === 'publish');
      return formatZone(tellPlan({ ...plan, records }, 'en'), 'en');
    },
  };
}
